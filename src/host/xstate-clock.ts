import type { Clock, Timer } from '../../machines/ports/clock.ts';

/** XState's two-method clock over the port, so that no machine ever reaches an ambient timer. */
export interface XStateClock {
  setTimeout(run: (...args: unknown[]) => void, delayMs: number): Timer;
  clearTimeout(timer: Timer): void;
}

export function xstateClock(clock: Clock): XStateClock {
  return new OverPort(clock);
}

/** A class, because each device has one, and functions of its own would cost more than all that it does. */
class OverPort implements XStateClock {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  setTimeout(run: (...args: unknown[]) => void, delayMs: number): Timer {
    return this.#clock.setTimer(delayMs, () => run());
  }

  clearTimeout(timer: Timer): void {
    this.#clock.clearTimer(timer);
  }
}
