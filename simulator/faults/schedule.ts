import type { World } from '../world/world.ts';
import type { Fault } from './fault.ts';
import { faultKind } from './index.ts';

/** Lets a schedule's faults happen to a world, and heals it afterwards. */
export class FaultSchedule {
  readonly #world: World;
  /** Agents and controllers that are broken for good: nothing else happens to them. */
  readonly #lost = new Set<string>();

  constructor(world: World) {
    this.#world = world;
  }

  /** The agents that are, or will be, healthy when everything is over. */
  get core(): readonly string[] {
    return this.#world.agentIds().filter((id) => !this.#lost.has(id));
  }

  /** The controllers that are, or will be, healthy when everything is over. */
  get controllers(): readonly string[] {
    return this.#world.controllerIds().filter((id) => !this.#lost.has(id));
  }

  /** Times count from now. */
  begin(faults: readonly Fault[]): void {
    for (const fault of faults) {
      this.#at(fault.atMs, fault, 'begins');
      if (fault.forMs !== null && fault.forMs > 0) {
        this.#at(fault.atMs + fault.forMs, fault, 'ends');
      }
    }
  }

  /** Ends what two faults left behind together, and what has no end of its own, except for good. */
  heal(): void {
    const world = this.#world;
    const hosts = [
      ...this.controllers.map((id) => world.controllerHost(id)),
      ...this.core.map((id) => world.agentHost(id)),
    ];
    for (const host of hosts) {
      world.background(host.start());
      host.resume();
      host.reconnect();
      world.network.mend(host.id);
    }
    for (const medium of ['net', 'store', 'device', 'disk'] as const) world.slowDown(medium, 1);
    world.network.rejoin();
    world.network.lose(0);
    world.appliance.setUnreachable(null);
    world.appliance.failNext(0, 'retryable');
  }

  #at(delayMs: number, fault: Fault, phase: 'begins' | 'ends'): void {
    const world = this.#world;
    world.time.schedule(delayMs, 'fault', () => {
      const { kind: name, target, variant } = fault;
      if (this.#lost.has(target)) return;
      const kind = faultKind(name);
      world.emit({ type: 'fault', kind: name, phase, target, detail: variant });
      if (phase === 'ends') kind.end(world, fault);
      else kind.begin(world, fault);
      if (fault.forMs === null) this.#lost.add(target);
    });
  }
}
