import { systemClock } from '../../src/adapters/system-clock.ts';
import type { Clock, MonotonicMs, WallMs } from '../../machines/ports/clock.ts';

/** Stands still until it is moved; timers of no delay run at once, others when time reaches them. */
export class ManualClock implements Clock {
  nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  /** How far the host's wall clock is off. */
  wallOffsetMs = 0;
  readonly #timers = new Map<object, { atMs: number; run: () => void }>();

  wallMs(): WallMs {
    return (this.nowMs + this.wallOffsetMs) as WallMs;
  }

  monotonicMs(): MonotonicMs {
    return this.nowMs as MonotonicMs;
  }

  setTimer(delayMs: number, run: () => void) {
    if (delayMs === 0) return systemClock.setTimer(0, run);
    const timer = {};
    this.#timers.set(timer, { atMs: this.nowMs + delayMs, run });
    return timer as ReturnType<Clock['setTimer']>;
  }

  clearTimer(timer: ReturnType<Clock['setTimer']>): void {
    this.#timers.delete(timer);
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.size;
  }

  advance(ms: number): void {
    this.nowMs += ms;
    for (const [timer, { atMs, run }] of [...this.#timers]) {
      if (atMs > this.nowMs) continue;
      this.#timers.delete(timer);
      run();
    }
  }
}
