import type { MonotonicMs, WallMs } from '../../machines/ports/clock.ts';
import type { VirtualTime } from './virtual-clock.ts';

/** Wall time at which every virtual world begins: 2026-01-01T00:00:00Z. */
export const worldBeginsMs = Date.UTC(2026, 0, 1);

/** Less than this is a rounding error of a clock whose rate was changed. */
const roundingMs = 1e-6;

/**
 * The clocks of one host. They show the world's time until somebody tampers with them; then the
 * monotonic clock may run at another rate or stand still, and the wall clock be off. They belong to
 * the host, so processes that come and go on it read the same ones.
 */
export class HostTime {
  readonly #time: VirtualTime;
  #rate = 1;
  /** What the monotonic clock showed when its rate was last changed, and when that was. */
  #shownMs = 0;
  #changedAtMs = 0;
  #wallOffsetMs = 0;
  #frozen = false;
  /** Has its rate ever been changed? Otherwise no timer can come too early. */
  #tampered = false;
  readonly #asleep: (() => void)[] = [];

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  monotonicMs(): MonotonicMs {
    const rate = this.#frozen ? 0 : this.#rate;
    return (this.#shownMs + (this.#time.nowMs - this.#changedAtMs) * rate) as MonotonicMs;
  }

  wallMs(): WallMs {
    // Whole milliseconds, as a host's clock gives them.
    return (worldBeginsMs + Math.floor(this.#time.nowMs + this.#wallOffsetMs)) as WallMs;
  }

  /** How long the world has to wait until this much time has passed here. */
  waitMs(durationMs: number): number {
    return this.#rate === 1 ? durationMs : durationMs / this.#rate;
  }

  /** Is a timer that the world wakes now not due by this host's own clock? */
  isEarly(dueMs: number): boolean {
    return this.#tampered && this.monotonicMs() < dueMs - roundingMs;
  }

  /** Calls `wake` when the monotonic clock shows `dueMs`, or later. */
  again(dueMs: number, name: string, wake: () => void): void {
    if (this.#frozen) this.#asleep.push(() => this.again(dueMs, name, wake));
    else this.#time.schedule(this.waitMs(dueMs - this.monotonicMs()), name, wake);
  }

  /** Timers that run already end no earlier than they would have. */
  setRate(rate: number): void {
    if (rate === this.#rate) return;
    this.#change();
    this.#rate = rate;
  }

  /** The monotonic clock stands still; the wall clock goes on. */
  freeze(): void {
    this.#change();
    this.#frozen = true;
  }

  thaw(): void {
    this.#change();
    this.#frozen = false;
    for (const wake of this.#asleep.splice(0)) wake();
  }

  get wallOffsetMs(): number {
    return this.#wallOffsetMs;
  }

  setWallOffset(offsetMs: number): void {
    this.#wallOffsetMs = offsetMs;
  }

  #change(): void {
    this.#shownMs = this.monotonicMs();
    this.#changedAtMs = this.#time.nowMs;
    this.#tampered = true;
  }
}
