import type { LivenessContext } from '../../../machines/liveness/context.ts';
import { witnessesUpTo } from '../../../machines/liveness/witnesses.ts';
import type { Clock, MonotonicMs } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import { DenyReply, type WitnessSet } from '../../../machines/protocol/witness-messages.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import { call } from '../../messaging/endpoint.ts';
import type { Bus } from '../../ports/bus.ts';

export interface DenialsOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Pick<Timings, 'heartbeatMs' | 'ackTimeoutMs' | 'lapseMs'>;
  /** What is known of an agent. */
  readonly context: (agent: string) => LivenessContext | null;
}

/** What a judge knows of one agent's witnesses. */
interface Asked {
  /** By witness: it has denied this incarnation and all before it. For ever, so it is asked once. */
  readonly denied: Map<string, number>;
  /** By witness: why it has not denied yet. */
  readonly missing: Map<string, string>;
  upTo: number;
  isUnderWay: boolean;
  askedAt: MonotonicMs;
  /** When it is told that this takes long; null while nothing is waited for. */
  complainAt: number | null;
}

/**
 * The denials that a lapse needs (rule R17 of docs/binding.md): an agent whose judge is silent may live by
 * the promises of its witnesses, so that it has lapsed is known only when enough of them have denied it.
 */
export class Denials {
  readonly #options: DenialsOptions;
  readonly #asked = new Map<string, Asked>();

  constructor(options: DenialsOptions) {
    this.#options = options;
  }

  /**
   * Have enough witnesses denied this incarnation, which is over, and all before it? Where not, they are
   * asked: from then on they promise it nothing more. True where it has no witnesses.
   */
  prove(agent: string, incarnation: number): boolean {
    const known = this.#options.context(agent);
    if (known === null) return false;
    const sets = witnessesUpTo(known, incarnation);
    if (sets.length === 0) return true;
    const asked = this.#of(agent);
    if (sets.every((set) => isDenied(set, asked, incarnation))) return true;
    this.#ask(agent, incarnation, sets, asked);
    return false;
  }

  /** Another judge counts from now on. */
  abandon(agent: string): void {
    this.#asked.delete(agent);
  }

  #of(agent: string): Asked {
    let asked = this.#asked.get(agent);
    if (asked === undefined) {
      asked = {
        denied: new Map(),
        missing: new Map(),
        upTo: 0,
        isUnderWay: false,
        askedAt: this.#options.clock.monotonicMs(),
        complainAt: null,
      };
      this.#asked.set(agent, asked);
    }
    return asked;
  }

  #ask(agent: string, upTo: number, sets: readonly WitnessSet[], asked: Asked): void {
    const { clock, log, timings } = this.#options;
    const now = clock.monotonicMs();
    const isDue = upTo > asked.upTo || now - asked.askedAt >= timings.heartbeatMs;
    if (asked.isUnderWay || !isDue) return;
    asked.isUnderWay = true;
    asked.askedAt = now;
    asked.upTo = Math.max(asked.upTo, upTo);
    const witnesses = new Set(sets.flatMap(({ agents }) => agents));
    const open = [...witnesses].filter((id) => (asked.denied.get(id) ?? 0) < upTo);
    void Promise.all(open.map((id) => this.#askOne(id, agent, upTo, asked))).then(() => {
      asked.isUnderWay = false;
      if (sets.every((set) => isDenied(set, asked, upTo))) return;
      // A promise that lives ends by itself; whoever does not answer may need somebody's help.
      asked.complainAt ??= now + timings.lapseMs;
      if (clock.monotonicMs() < asked.complainAt) return;
      asked.complainAt = clock.monotonicMs() + complainAgainMs;
      const missing = Object.fromEntries(asked.missing);
      log.warn({ agent, incarnation: upTo, missing }, waits);
    });
  }

  async #askOne(witness: string, agent: string, upTo: number, asked: Asked): Promise<void> {
    const { bus, timings } = this.#options;
    const subject = subjects.down(witness, 'deny');
    const request = { agent, incarnation: upTo };
    try {
      const reply = await call(bus, subject, request, DenyReply, timings.ackTimeoutMs);
      if (reply.type === 'denied' && reply.agent === agent && reply.incarnation >= upTo) {
        asked.denied.set(witness, Math.max(upTo, asked.denied.get(witness) ?? 0));
        asked.missing.delete(witness);
      } else asked.missing.set(witness, 'it may have promised');
    } catch (error) {
      asked.missing.set(witness, error instanceof Error ? error.message : String(error));
    }
  }
}

/** How often it is told that a lapse waits for witnesses. */
const complainAgainMs = 30_000;
const waits = 'this agent can not be taken for lapsed until more of its witnesses have denied it';

function isDenied(set: WitnessSet, { denied }: Asked, upTo: number): boolean {
  const count = set.agents.filter((id) => (denied.get(id) ?? 0) >= upTo).length;
  return count >= set.denials;
}
