import type { Clock, MonotonicMs } from '../../machines/ports/clock.ts';
import { RetryableError } from './errors.ts';

/**
 * With less of it left nothing is begun: a kernel counts whole seconds, and a call to a device takes a while to
 * arrive there.
 */
const leastMs = 1_000;

/** One unbroken time under a lease: what was decided in one says nothing in the next. */
export type LeaseTerm = number & { readonly __leaseTerm: unique symbol };

/** The agent's lease, and which epochs ended with an earlier one. */
export class Lease {
  readonly #clock: Clock;
  #until: MonotonicMs | null = null;
  #term = 0;
  /** By load balancer the epoch that it was held by when a lease ended. */
  readonly #ended = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Until when it lasts; null while there is none. */
  get until(): MonotonicMs | null {
    return this.#until;
  }

  /** It has ended by the clock, and nobody has said so yet. */
  get isOver(): boolean {
    return this.#until !== null && this.#clock.monotonicMs() > this.#until;
  }

  /** It can't become shorter: who was promised more may have told others to count on it. */
  prolong(until: MonotonicMs): void {
    if (this.#until === null || until > this.#until) this.#until = until;
  }

  /** It has ended, and with it what was held or commanded by these epochs. */
  end(epochs: Iterable<readonly [id: string, epoch: number]>): void {
    this.#until = null;
    this.#term += 1;
    for (const [id, epoch] of epochs) {
      this.#ended.set(id, Math.max(epoch, this.#ended.get(id) ?? 0));
    }
  }

  /** Throws where this epoch may not be served now. */
  admit(id: string, epoch: number): LeaseTerm {
    const ended = this.#ended.get(id) ?? 0;
    if (epoch <= ended) {
      throw noLease(
        `what was held by epoch ${ended} ended with the agent's lease, and comes back by a newer epoch only`,
      );
    }
    this.#lasting();
    return this.#term as LeaseTerm;
  }

  /** Until when the lease of this term lasts; throws where it is over, or about to be. */
  untilOf(term: LeaseTerm): MonotonicMs {
    if (term !== this.#term) throw noLease("the agent's lease has ended meanwhile");
    return this.#lasting();
  }

  #lasting(): MonotonicMs {
    const until = this.#until;
    if (until === null) {
      throw noLease('the agent has no lease, so nothing may be served under it');
    }
    const left = until - this.#clock.monotonicMs();
    if (left >= leastMs) return until;
    throw noLease(
      left < 0
        ? "the agent's lease is over, so nothing may be served under it"
        : `the agent's lease lasts for ${Math.floor(left)} ms only, and ${leastMs} are needed`,
    );
  }
}

/** That there is no lease tells nothing of the device. */
function noLease(message: string): RetryableError {
  return new RetryableError(message, { reach: 'not asked' });
}
