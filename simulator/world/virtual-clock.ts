import type { Clock, MonotonicMs, Timer, WallMs } from '../../machines/ports/clock.ts';
import { EventHeap, type HeapEvent } from './event-heap.ts';
import { HostTime } from './host-time.ts';

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

  /** How many events each process still waits for: its timers. */
  pending(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { tag, run } of this.#heap.all()) {
      if (run !== null) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    }
    return counts;
  }

  /** Lets time pass in which nothing happens. */
  jumpTo(atMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }
}

/** A process's clock: its host's time; `deliver` lets the process be killed or held up. */
export class ProcessClock implements Clock {
  readonly #time: VirtualTime;
  readonly #name: string;
  readonly #deliver: (run: () => void) => void;
  readonly #host: HostTime;

  constructor(
    time: VirtualTime,
    name: string,
    deliver = (run: () => void) => run(),
    host: HostTime = new HostTime(time),
  ) {
    this.#time = time;
    this.#name = name;
    this.#deliver = deliver;
    this.#host = host;
  }

  wallMs(): WallMs {
    return this.#host.wallMs();
  }

  monotonicMs(): MonotonicMs {
    return this.#host.monotonicMs();
  }

  setTimer(delayMs: number, run: () => void): Timer {
    const host = this.#host;
    const dueMs = host.monotonicMs() + delayMs;
    const wake = (): void => {
      if (event.run === null) return;
      if (host.isEarly(dueMs)) {
        host.again(dueMs, this.#name, wake);
        return;
      }
      this.#deliver(() => {
        // It may have been cleared while its process was held up.
        if (event.run !== null) run();
      });
    };
    const event: HeapEvent = this.#time.schedule(host.waitMs(delayMs), this.#name, wake);
    return event as unknown as Timer;
  }

  clearTimer(timer: Timer): void {
    (timer as unknown as HeapEvent).run = null;
  }
}
