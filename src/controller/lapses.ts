import type { Clock, MonotonicMs } from '../../machines/ports/clock.ts';

export interface LapsesOptions {
  readonly clock: Clock;
  readonly lapseMs: number;
  /** Is this incarnation of the agent over, so that it will never be acknowledged again? */
  readonly isOver: (agent: string, incarnation: number) => boolean;
  /** No lease of it, nor of one before it, can last any more. */
  readonly lapsed: (agent: string, incarnation: number) => void;
}

/**
 * When the leases that a judge has given have surely run out (rules R12 and R13 of docs/binding.md): so
 * long after its last acknowledgement of an incarnation that is over. It counts on its own clock. What
 * a predecessor has acknowledged it can't know, so for what it takes over it counts from then on (R15).
 */
export class Lapses {
  readonly #options: LapsesOptions;
  /** By agent and incarnation: when it was acknowledged last. */
  readonly #given = new Map<string, Map<number, MonotonicMs>>();

  constructor(options: LapsesOptions) {
    this.#options = options;
  }

  /** It is told in this moment that it holds a lease, or may have been told so until now. */
  given(agent: string, incarnation: number): void {
    let incarnations = this.#given.get(agent);
    if (incarnations === undefined) {
      incarnations = new Map();
      this.#given.set(agent, incarnations);
    }
    incarnations.set(incarnation, this.#options.clock.monotonicMs());
  }

  /** Another judge's word counts from now on. */
  abandon(agent: string): void {
    this.#given.delete(agent);
  }

  /** Looks whose leases have run out; called as time goes on. */
  look(): void {
    const { clock, lapseMs, isOver, lapsed } = this.#options;
    const now = clock.monotonicMs();
    for (const [agent, incarnations] of this.#given) {
      for (const [incarnation, at] of incarnations) {
        if (now - at < lapseMs || !isOver(agent, incarnation)) continue;
        incarnations.delete(incarnation);
        lapsed(agent, incarnation);
      }
      if (incarnations.size === 0) this.#given.delete(agent);
    }
  }
}
