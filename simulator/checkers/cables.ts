import { agentLosesDevice } from '../faults/agent-loses-device.ts';
import type { WorldEvent } from '../world/events.ts';

/** For how long somebody may go on leaving an agent who has not heard that it reaches its device again. */
const lingeringMs = 20_000;

/** When an agent did not reach the appliance; `before`: since when it had reached it then. */
interface Cut {
  readonly before: number;
  readonly fromMs: number;
  untilMs: number;
}

/** Which agents were cut off from the appliance, and when. */
export class Cables {
  readonly #agents: readonly string[];
  /** The newest cut of each agent. */
  readonly #cuts = new Map<string, Cut>();

  constructor(agents: readonly string[]) {
    this.#agents = agents;
  }

  note(event: WorldEvent, atMs: number): void {
    if (event.type !== 'fault' || event.kind !== agentLosesDevice.name) return;
    const known = this.#cuts.get(event.target);
    if (event.phase === 'ends') {
      if (known !== undefined) known.untilMs = atMs;
      return;
    }
    const before = known?.untilMs ?? 0;
    this.#cuts.set(event.target, { before, fromMs: atMs, untilMs: Number.POSITIVE_INFINITY });
  }

  /** Had this agent lost the appliance for that long, while another one reached it all the time? */
  speakAgainst(agent: string, forMs: number, atMs: number): boolean {
    const cut = this.#cuts.get(agent);
    if (cut === undefined || atMs > cut.untilMs + lingeringMs) return false;
    const endMs = Math.min(atMs, cut.untilMs);
    return this.#agents.some((other) => {
      if (other === agent) return false;
      const its = this.#cuts.get(other);
      if (its === undefined) return endMs - cut.fromMs >= forMs;
      const beforeIt = Math.min(endMs, its.fromMs) - Math.max(cut.fromMs, its.before);
      const afterIt = endMs - Math.max(cut.fromMs, its.untilMs);
      return Math.max(beforeIt, afterIt) >= forMs;
    });
  }
}
