import type { Clock } from '../../machines/ports/clock.ts';

/**
 * One direction between two parties of the in-memory twins: what is sent later never arrives
 * earlier, as on a TCP connection, whatever the delays are.
 */
export class Link {
  readonly #clock: Clock;
  readonly #queue: (() => void)[] = [];
  #lastAtMs = Number.NEGATIVE_INFINITY;
  /** Each timer delivers the oldest message, so even a clock that reorders equal times can't. */
  readonly #deliver = (): void => this.#queue.shift()?.();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `arrive` after `delayMs`; an infinite delay means that the message is lost. */
  send(delayMs: number, arrive: () => void): void {
    if (delayMs === Number.POSITIVE_INFINITY) return;
    const nowMs = this.#clock.monotonicMs();
    const atMs = Math.max(nowMs + delayMs, this.#lastAtMs);
    this.#lastAtMs = atMs;
    this.#queue.push(arrive);
    this.#clock.setTimer(atMs - nowMs, this.#deliver);
  }

  /** What held it up is over: everything that is on its way arrives at once, in its order. */
  hurry(): void {
    this.#lastAtMs = this.#clock.monotonicMs();
    // Their own timers will find nothing left, or bring what is newer a little early.
    for (let count = this.#queue.length; count > 0; count -= 1) {
      this.#clock.setTimer(0, this.#deliver);
    }
  }
}
