import type { Clock, MonotonicMs, Timer } from '../../machines/ports/clock.ts';

const secondMs = 1_000;
/** How long a call of the host may take: what it is told later than that would last for too long, and counts a second less. */
const callMs = 250;

export interface OnceMoreOptions {
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer' | 'clearTimer'>;
  /** Tells the host once more what is left of the lease. */
  readonly renew: () => void;
}

/**
 * A kernel counts whole seconds, rounded down: told of a lease of 3 s as soon as it was given, it keeps an address for
 * 2 s. When not much more than whole seconds are left, it is told once more, so that hardly any of the lease is lost.
 * While heartbeats are answered in time, each begins anew before that.
 */
export class OnceMore {
  readonly #options: OnceMoreOptions;
  #timer: Timer | null = null;

  constructor(options: OnceMoreOptions) {
    this.#options = options;
  }

  /** The host has been told of a lease that lasts until then. */
  told(until: MonotonicMs): void {
    this.stop();
    const { clock, renew } = this.#options;
    const leftMs = until - clock.monotonicMs();
    const waitMs = (leftMs % secondMs) - callMs;
    // In its last second nothing is prolonged.
    if (leftMs < secondMs || waitMs <= 0) return;
    this.#timer = clock.setTimer(waitMs, () => {
      this.#timer = null;
      renew();
    });
  }

  stop(): void {
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
    this.#timer = null;
  }
}
