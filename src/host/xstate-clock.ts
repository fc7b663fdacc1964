import type { Clock, Timer } from '../../machines/ports/clock.ts';

/** XState's two-method clock over the port, so that no machine ever reaches an ambient timer. */
export interface XStateClock {
  setTimeout(run: (...args: unknown[]) => void, delayMs: number): Timer;
  clearTimeout(timer: Timer): void;
}

export function xstateClock(clock: Clock): XStateClock {
  return {
    setTimeout: (run, delayMs) => clock.setTimer(delayMs, () => run()),
    clearTimeout: (timer) => clock.clearTimer(timer),
  };
}
