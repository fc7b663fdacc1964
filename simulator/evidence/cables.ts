import { controller } from '../../machines/protocol/subjects.ts';
import { looksAwaited } from '../../src/controller/fleet/cut-offs.ts';
import { agentLosesDevice } from '../faults/agent-loses-device.ts';
import type { WorldEvent } from '../world/events.ts';
import type { World } from '../world/world.ts';
import type { Disturbances } from './disturbances.ts';
import { livenessOf, verdictOf } from './records.ts';

/** For how long somebody may go on leaving an agent who has not heard that it reaches its device again. */
const lingeringMs = 20_000;

/** When an agent did not reach the appliance; `before`: since when it had reached it then. */
interface Cut {
  readonly before: number;
  readonly fromMs: number;
  untilMs: number;
}

const verdictSubject = controller('all', 'verdict');

/** For how long what an agent told last may be all that anybody hears of it, where something is wrong. */
const unheardMs = 10_000;

export interface CablesOptions {
  readonly world: World;
  readonly disturbances: Disturbances;
}

/** Which agents were cut off from the appliance, and when; and which have told that they lost a device. */
export class Cables {
  readonly #agents: readonly string[];
  /** The newest cut of each agent. */
  readonly #cuts = new Map<string, Cut>();
  /** Until when each had lost a device, by its record. */
  readonly #lostUntilMs = new Map<string, number>();
  readonly #disturbances: Pick<Disturbances, 'ofControlPlane'>;
  /**
   * For so long an agent is cut off until that speaks against it: by then it is known whether it is the device, and
   * has befallen all. That it is back may be found up to a look later than that it was gone.
   */
  readonly #awaitedMs: number;

  constructor({ world, disturbances }: CablesOptions) {
    this.#agents = world.agentIds();
    this.#disturbances = disturbances;
    this.#awaitedMs = (looksAwaited - 1) * world.options.timings.reachMs;
  }

  note(event: WorldEvent, atMs: number): void {
    if (event.type === 'stored' && event.bucket === 'liveness') {
      const { change } = event;
      if (change.type === 'put') this.#told(change.key, livenessOf(change.value).context, atMs);
      return;
    }
    if (event.type === 'sent') {
      // Judges tell each other before it is on record.
      if (event.subject !== verdictSubject) return;
      const { agent, context } = verdictOf(event.data);
      this.#told(agent, context, atMs);
      return;
    }
    if (event.type !== 'fault' || event.kind !== agentLosesDevice.name) return;
    const known = this.#cuts.get(event.target);
    // Cuts of one agent may overlap: they begin with the first, and the first that ends plugs the cable in for all.
    const isCut = known?.untilMs === Number.POSITIVE_INFINITY;
    if (event.phase === 'ends') {
      if (isCut) known.untilMs = atMs;
    } else if (!isCut) {
      const before = known?.untilMs ?? 0;
      this.#cuts.set(event.target, { before, fromMs: atMs, untilMs: Number.POSITIVE_INFINITY });
    }
  }

  #told(
    agent: string,
    { description }: ReturnType<typeof livenessOf>['context'],
    atMs: number,
  ): void {
    const isLost = description?.devices.some(({ lost }) => lost !== null) === true;
    if (isLost) this.#lostUntilMs.set(agent, Number.POSITIVE_INFINITY);
    else if (this.#lostUntilMs.has(agent)) {
      this.#lostUntilMs.set(agent, Math.min(atMs, this.#lostUntilMs.get(agent) ?? atMs));
    }
  }

  /**
   * Had this agent lost the appliance for long enough, while another one reached it all the time? Where the
   * control plane is disturbed, that it has said so is enough: what it and the others said since may not be heard.
   */
  speakAgainst(agent: string, atMs: number): boolean {
    const lostUntilMs = this.#lostUntilMs.get(agent) ?? 0;
    const sinceMs = atMs - unheardMs;
    if (lostUntilMs >= sinceMs && this.#disturbances.ofControlPlane(sinceMs)) return true;
    const cut = this.#cuts.get(agent);
    if (cut === undefined || atMs > cut.untilMs + lingeringMs) return false;
    const endMs = Math.min(atMs, cut.untilMs);
    return this.#agents.some((other) => {
      if (other === agent) return false;
      const its = this.#cuts.get(other);
      if (its === undefined) return endMs - cut.fromMs >= this.#awaitedMs;
      const beforeIt = Math.min(endMs, its.fromMs) - Math.max(cut.fromMs, its.before);
      const afterIt = endMs - Math.max(cut.fromMs, its.untilMs);
      return Math.max(beforeIt, afterIt) >= this.#awaitedMs;
    });
  }
}
