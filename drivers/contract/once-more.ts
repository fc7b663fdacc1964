import type { Clock, MonotonicMs, Timer } from '../../machines/ports/clock.ts';

const secondMs = 1_000;
/** So much more than a second is left then: a call that takes longer comes too late to gain anything. */
const callMs = 300;

export interface OnceMoreOptions {
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer' | 'clearTimer'>;
  /** Tells the host once more what is left of the lease. */
  readonly renew: () => void;
}

/**
 * A kernel counts whole seconds, rounded down: told of a lease of 3 s as soon as it was given, it keeps an address for
 * 2 s. So it is told once more before that, when hardly more than one second is left, and little of the lease is lost.
 * While heartbeats are answered in time, each begins anew before that; and a call that comes late, from a process that
 * stood still over it, asks for one second only.
 */
export class OnceMore {
  readonly #options: OnceMoreOptions;
  #timer: Timer | null = null;
  #isClosed = false;

  constructor(options: OnceMoreOptions) {
    this.#options = options;
  }

  /** The host has been told of a lease that lasts until then. */
  told(until: MonotonicMs): void {
    this.stop();
    const { clock, renew } = this.#options;
    const leftMs = until - clock.monotonicMs();
    const waitMs = leftMs - secondMs - callMs;
    const lostMs = leftMs % secondMs;
    if (this.#isClosed || waitMs <= 0 || lostMs <= callMs) return;
    this.#timer = clock.setTimer(waitMs, () => {
      this.#timer = null;
      renew();
    });
  }

  stop(): void {
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
    this.#timer = null;
  }

  /** For good: also what is being told now is the last. */
  close(): void {
    this.#isClosed = true;
    this.stop();
  }
}
