import type { World } from '../world/world.ts';
import type { Fault } from './fault.ts';
import { faultKind, faultKinds } from './index.ts';

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
    const { core: agents, controllers } = this;
    const hosts = this.#world.inventory.hosts.filter((host) =>
      this.#world.agentsOf(host).some((id) => agents.includes(id)),
    );
    for (const kind of faultKinds) kind.heal(this.#world, { agents, controllers, hosts });
  }

  #at(delayMs: number, fault: Fault, phase: 'begins' | 'ends'): void {
    const world = this.#world;
    world.time.schedule(delayMs, 'fault', () => {
      const { kind: name, target, variant, forMs } = fault;
      const kind = faultKind(name);
      const befallen = kind.breaks?.(fault, world) ?? [target];
      if (befallen.every((process) => this.#lost.has(process))) return;
      world.emit({ type: 'fault', kind: name, phase, target, detail: variant, forMs });
      if (phase === 'ends') kind.stop(world, fault);
      else kind.start(world, fault);
      if (fault.forMs !== null) return;
      for (const process of befallen) {
        if (!world.isProcess(process)) continue;
        this.#lost.add(process);
        world.host(process).giveUp();
      }
    });
  }
}
