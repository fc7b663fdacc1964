import type { Clock, MonotonicMs, Timer, WallMs } from '../../machines/ports/clock.ts';
import { EventHeap, type HeapEvent } from './event-heap.ts';

/** Wall time at which every virtual world begins: 2026-01-01T00:00:00Z. */
export const worldBeginsMs = Date.UTC(2026, 0, 1);

/** Virtual time. It stands still while code runs, and jumps to the next event when that is done. */
export class VirtualTime {
  readonly #heap = new EventHeap();
  #nowMs = 0;
  #sequence = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, tag: string, run: () => void): HeapEvent {
    this.#sequence += 1;
    const dueMs = this.#nowMs + Math.max(0, delayMs);
    const event: HeapEvent = { dueMs, sequence: this.#sequence, tag, run };
    this.#heap.push(event);
    return event;
  }

  /** Takes the next event and moves time to it; null where nothing is left before `untilMs`. */
  next(untilMs: number): HeapEvent | null {
    for (;;) {
      const first = this.#heap.peek();
      if (first === null || first.dueMs > untilMs) return null;
      this.#heap.pop();
      if (first.run === null) continue;
      this.#nowMs = first.dueMs;
      return first;
    }
  }

  /** Lets time pass in which nothing happens. */
  jumpTo(atMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }
}

/** A clock on virtual time; `deliver` lets its process be killed or held up. */
export class ProcessClock implements Clock {
  readonly #time: VirtualTime;
  readonly #name: string;
  readonly #deliver: (run: () => void) => void;

  constructor(time: VirtualTime, name: string, deliver = (run: () => void) => run()) {
    this.#time = time;
    this.#name = name;
    this.#deliver = deliver;
  }

  wallMs(): WallMs {
    // Whole milliseconds, as a host's clock gives them.
    return (worldBeginsMs + Math.floor(this.#time.nowMs)) as WallMs;
  }

  monotonicMs(): MonotonicMs {
    return this.#time.nowMs as MonotonicMs;
  }

  setTimer(delayMs: number, run: () => void): Timer {
    const event: HeapEvent = this.#time.schedule(delayMs, this.#name, () => {
      this.#deliver(() => {
        // It may have been cleared while its process was held up.
        if (event.run !== null) run();
      });
    });
    return event as unknown as Timer;
  }

  clearTimer(timer: Timer): void {
    (timer as unknown as HeapEvent).run = null;
  }
}
