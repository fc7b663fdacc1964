import { z } from 'zod';
import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { agentId } from '../../machines/protocol/seat.ts';
import {
  type Deny,
  type DenyReply,
  promiseMsMax,
  type WitnessAnswer,
  type WitnessAsk,
} from '../../machines/protocol/witness-messages.ts';
import type { Journal } from '../ports/journal.ts';

/** Of how many agents one may be a witness: what it notes of each is read at every start. */
export const witnessedMax = 1_024;

export interface WitnessOptions {
  /** Its own, of which nothing may be missing: what was forgotten is worse than a lost disk. */
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a promise is kept at least. */
  readonly lapseMs: number;
}

/** What is on disk of an agent. */
const Note = z.strictObject({
  /** It is a witness of this incarnation; 0 for none. */
  enrolled: z.int().min(0),
  /** It has denied this incarnation and all before it; 0 for none. */
  denied: z.int().min(0),
  promiseMs: z.number().min(0).max(promiseMsMax),
});
type Note = z.infer<typeof Note>;

/** What is known of an agent besides. */
interface Known {
  note: Note;
  /** A judge has asked for this denial: nothing more is promised. */
  wanted: number;
  /** The denial that is on disk. */
  saved: number;
  /** Until when promises live, by incarnation. */
  readonly promised: Map<number, number>;
}

/**
 * A witness (rule R17 of docs/binding.md): it promises an agent that nobody will hear from it, for a while,
 * that the agent's lease is over; and it denies an incarnation for ever. It never promises what it has
 * denied, and never denies while a promise of it lives, whenever it was killed and started again.
 */
export class Witness {
  readonly #options: WitnessOptions;
  readonly #known = new Map<string, Known>();
  /** What was promised before it started is not known any more, and may live until then. */
  #quietUntil = Number.POSITIVE_INFINITY;

  constructor(options: WitnessOptions) {
    this.#options = options;
  }

  /** Reads what it has noted; nothing is answered before. */
  async open(): Promise<void> {
    const { journal, clock, log } = this.#options;
    for (const [agent, text] of await journal.load()) {
      const note = parsed(text);
      if (note === null || !agentId.safeParse(agent).success) {
        // It may have been a denial, so the agent is a stranger from now on.
        log.error({ agent, text }, 'an unreadable note of this witness is dropped');
        continue;
      }
      this.#known.set(agent, { note, wanted: 0, saved: note.denied, promised: new Map() });
    }
    this.#quietUntil = clock.monotonicMs() + this.quietMs();
  }

  /** For how long after its start it denies nothing. */
  protected quietMs(): number {
    const promised = [...this.#known.values()].map(({ note }) => note.promiseMs);
    return Math.max(this.#options.lapseMs, ...promised);
  }

  async answer(agent: string, ask: WitnessAsk): Promise<WitnessAnswer> {
    const { incarnation } = ask;
    const known = this.#known.get(agent);
    if (known !== undefined && incarnation <= Math.max(known.note.denied, known.wanted)) {
      return { type: 'refused', incarnation };
    }
    if (ask.type === 'enrol') return await this.#enrol(agent, ask);
    if (known === undefined || known.note.enrolled !== incarnation) {
      return { type: 'stranger', incarnation };
    }
    if (ask.type === 'check') return { type: 'enrolled', incarnation };
    this.#promise(known, incarnation);
    return { type: 'promised', incarnation };
  }

  #promise(known: Known, incarnation: number): void {
    const now = this.#options.clock.monotonicMs();
    for (const [older, until] of known.promised) if (until <= now) known.promised.delete(older);
    known.promised.set(incarnation, now + Math.max(this.#options.lapseMs, known.note.promiseMs));
  }

  async #enrol(
    agent: string,
    { incarnation, forMs }: Extract<WitnessAsk, { type: 'enrol' }>,
  ): Promise<WitnessAnswer> {
    const known = this.#of(agent);
    if (known === null) return { type: 'stranger', incarnation };
    // A former life of it, which is over.
    if (incarnation < known.note.enrolled) return { type: 'refused', incarnation };
    const promiseMs = Math.max(forMs, known.note.promiseMs);
    known.note = { ...known.note, enrolled: incarnation, promiseMs };
    await this.#save(agent, known);
    return { type: 'enrolled', incarnation };
  }

  async deny({ agent, incarnation }: Deny): Promise<DenyReply> {
    const known = this.#of(agent);
    if (known === null) return { type: 'no witness' };
    known.wanted = Math.max(known.wanted, incarnation);
    if (known.saved < incarnation) {
      const livesForMs = this.livesForMs(known.promised, incarnation);
      if (livesForMs > 0) return { type: 'waits', forMs: livesForMs };
      // From this moment on it is denied, whatever becomes of the write.
      known.note = { ...known.note, denied: Math.max(known.note.denied, incarnation) };
      await this.#save(agent, known);
    }
    return { type: 'denied', agent, incarnation };
  }

  /** For how long a promise of these incarnations lives, or may live. */
  protected livesForMs(promised: ReadonlyMap<number, number>, upTo: number): number {
    const ends = [...promised].filter(([of]) => of <= upTo).map(([, until]) => until);
    return Math.max(0, Math.max(this.#quietUntil, ...ends) - this.#options.clock.monotonicMs());
  }

  #of(agent: string): Known | null {
    let known = this.#known.get(agent);
    if (known === undefined) {
      if (this.#known.size >= witnessedMax) {
        const { log } = this.#options;
        log.error({ agent, max: witnessedMax }, 'this agent is a witness of too many others');
        return null;
      }
      const note = { enrolled: 0, denied: 0, promiseMs: 0 };
      known = { note, wanted: 0, saved: 0, promised: new Map() };
      this.#known.set(agent, known);
    }
    return known;
  }

  /** The whole note, so that whichever of two writes is the last one says what both did. */
  async #save(agent: string, known: Known): Promise<void> {
    const { note } = known;
    await this.#options.journal.save(agent, JSON.stringify(note));
    known.saved = Math.max(known.saved, note.denied);
  }
}

function parsed(text: string): Note | null {
  try {
    return Note.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null; // The caller logs it.
  }
}
