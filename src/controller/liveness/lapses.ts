import type { Clock, MonotonicMs } from '../../../machines/ports/clock.ts';
import { restartLeaseMaxMs } from '../../../machines/timings/timings.ts';

/** How far a controller's wall clock may be ahead of another one's where a record's time is believed. */
export const clockDoubtMs = 600_000;

/**
 * How long a host may still keep what it serves, for a judge that finds on record until when another one
 * waited for its agent. Where that was over a moment ago, this judge's clock may be ahead, so it waits
 * as long as such a wait takes.
 */
export function keptForMs(keptUntilMs: number, nowMs: number, restartLeaseMs: number): number {
  const leftMs = keptUntilMs - nowMs;
  if (leftMs > 0) return Math.min(leftMs, restartLeaseMaxMs);
  return leftMs > -clockDoubtMs ? restartLeaseMs : 0;
}

export interface LapsesOptions {
  readonly clock: Clock;
  readonly lapseMs: number;
  /** Is this incarnation of the agent over, so that it will never be acknowledged again? */
  readonly isOver: (agent: string, incarnation: number) => boolean;
  /** Have enough of its witnesses denied it, so that no promise of theirs carries its lease on (R17)? */
  readonly denied?: (agent: string, incarnation: number) => boolean;
  /** No lease of it, nor of one before it, can last any more. */
  readonly lapsed: (agent: string, incarnation: number) => void;
}

/**
 * When the leases that a judge has given have surely run out (rules R12 and R13 of docs/binding.md): so
 * long after its last acknowledgement of an incarnation that is over. It counts on its own clock. What
 * a predecessor has acknowledged it can't know, so for what it takes over it counts from then on (R15), or
 * from when that one's authority has surely ended (R14).
 */
export class Lapses {
  readonly #options: LapsesOptions;
  /** By agent and incarnation: when its lease will surely have run out. */
  readonly #given = new Map<string, Map<number, MonotonicMs>>();
  /** By agent: until when its host may keep what it serves, because it is restarted on purpose. */
  readonly #kept = new Map<string, MonotonicMs>();
  /** By agent: what its record says of that, where it is counted in already. */
  readonly #onRecord = new Map<string, number>();

  constructor(options: LapsesOptions) {
    this.#options = options;
  }

  /**
   * It is told in this moment that it holds a lease, or may have been told so until now; or, by a judge before this
   * one, until `othersUntil`.
   */
  given(agent: string, incarnation: number, othersUntil = 0 as MonotonicMs): void {
    const othersMs = Math.max(0, othersUntil - this.#options.clock.monotonicMs());
    this.lastsFor(agent, incarnation, othersMs + this.#options.lapseMs);
  }

  /** From now on, and however often it was said before. */
  protected lastsFor(agent: string, incarnation: number, forMs: number): void {
    let incarnations = this.#given.get(agent);
    if (incarnations === undefined) {
      incarnations = new Map();
      this.#given.set(agent, incarnations);
    }
    incarnations.set(incarnation, this.#in(forMs));
  }

  /**
   * This judge has taken it over: what its predecessor told it, it can't know, so it may have been told so
   * in this moment (R15), or until `othersUntil`, where that one does not know yet that it was followed (R14).
   */
  takenOver(agent: string, incarnation: number, othersUntil: MonotonicMs): void {
    this.given(agent, incarnation, othersUntil);
  }

  /** It is waited for so long, and so long its host keeps what it serves; whatever becomes of it then. */
  kept(agent: string, forMs: number): void {
    const until = this.#in(forMs + this.#options.lapseMs);
    if (until > (this.#kept.get(agent) ?? 0)) this.#kept.set(agent, until);
  }

  /** What this judge puts on record of that, it has counted since before. */
  noteKept(agent: string, keptUntilMs: number): void {
    this.#onRecord.set(agent, keptUntilMs);
  }

  /** It is found on record, which counts once, however often this judge reads it. */
  keptOnRecord(agent: string, keptUntilMs: number, restartLeaseMs: number): void {
    if (this.#onRecord.get(agent) === keptUntilMs) return;
    this.noteKept(agent, keptUntilMs);
    const forMs = keptForMs(keptUntilMs, this.#options.clock.wallMs(), restartLeaseMs);
    if (forMs > 0) this.kept(agent, forMs);
  }

  /** Another judge's word counts from now on. */
  abandon(agent: string): void {
    this.#given.delete(agent);
    this.#kept.delete(agent);
    this.#onRecord.delete(agent);
  }

  /** Looks whose leases have run out; called as time goes on. */
  look(): void {
    const { clock, isOver, denied = () => true, lapsed } = this.#options;
    const now = clock.monotonicMs();
    for (const [agent, incarnations] of this.#given) {
      if (now < (this.#kept.get(agent) ?? 0)) continue;
      for (const [incarnation, until] of incarnations) {
        if (!isOver(agent, incarnation)) continue;
        // Asked as soon as it is over, so that nobody promises it anything more meanwhile.
        const isDenied = denied(agent, incarnation);
        if (now < until || !isDenied) continue;
        incarnations.delete(incarnation);
        lapsed(agent, incarnation);
      }
      if (incarnations.size === 0) this.#given.delete(agent);
    }
  }

  #in(forMs: number): MonotonicMs {
    return (this.#options.clock.monotonicMs() + forMs) as MonotonicMs;
  }
}
