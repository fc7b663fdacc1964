import type { Clock, MonotonicMs, Timer, WallMs } from '../../machines/ports/clock.ts';
import { EventHeap, type HeapEvent } from './event-heap.ts';
import { HostTime } from './host-time.ts';

class Scheduled implements HeapEvent {
  readonly dueMs: number;
  readonly tag: string;
  readonly run: () => void;
  readonly isCleared = false;
  readonly isOrphaned = false;
  sequence = 0;

  constructor(dueMs: number, tag: string, run: () => void) {
    this.dueMs = dueMs;
    this.tag = tag;
    this.run = run;
  }
}

/** Virtual time. It stands still while code runs, and jumps to the next event when that is done. */
export class VirtualTime {
  readonly #heap = new EventHeap();
  #nowMs = 0;
  #sequence = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, tag: string, run: () => void): void {
    this.put(new Scheduled(this.#nowMs + Math.max(0, delayMs), tag, run));
  }

  /** Puts an event behind all others that are due at the same time. */
  put(event: HeapEvent): void {
    this.#sequence += 1;
    event.sequence = this.#sequence;
    this.#heap.push(event);
  }

  /** Takes the next event and moves time to it; null where nothing is left before `untilMs`. */
  next(untilMs: number): HeapEvent | null {
    for (;;) {
      const first = this.#heap.peek();
      if (first === null || first.dueMs > untilMs) return null;
      this.#heap.pop();
      if (first.isCleared) continue;
      this.#nowMs = first.dueMs;
      return first;
    }
  }

  /** How many events each process that lives still waits for: its timers. */
  pending(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { tag, isCleared, isOrphaned } of this.#heap.all()) {
      if (!isCleared && !isOrphaned) counts.set(tag, (counts.get(tag) ?? 0) + 1);
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
  readonly name: string;
  readonly #deliver: (run: () => void) => void;
  readonly #host: HostTime;
  #isStopped = false;

  constructor(
    time: VirtualTime,
    name: string,
    deliver = (run: () => void) => run(),
    host: HostTime = new HostTime(time),
  ) {
    this.#time = time;
    this.name = name;
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
    const dueMs = this.#time.nowMs + Math.max(0, host.waitMs(delayMs));
    const timer = new ProcessTimer(this, dueMs, host.monotonicMs() + delayMs, run);
    this.#time.put(timer);
    return timer as unknown as Timer;
  }

  clearTimer(timer: Timer): void {
    (timer as unknown as ProcessTimer).isCleared = true;
  }

  /** Its process has died, and nobody waits for its timers any more. */
  stop(): void {
    this.#isStopped = true;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** The world has come to a timer of this clock's. */
  woken(timer: ProcessTimer): void {
    if (timer.isCleared) return;
    const host = this.#host;
    if (host.isEarly(timer.dueHereMs)) {
      host.again(timer.dueHereMs, this.name, () => this.woken(timer));
      return;
    }
    this.#deliver(() => {
      // It may have been cleared while its process was held up.
      if (!timer.isCleared) timer.work();
    });
  }
}

/** A timer of a process; a class, because timers are what a world has most of. */
class ProcessTimer implements HeapEvent {
  readonly dueMs: number;
  readonly tag: string;
  /** When it is due by its own host's clock. */
  readonly dueHereMs: number;
  readonly work: () => void;
  sequence = 0;
  isCleared = false;
  readonly #clock: ProcessClock;

  constructor(clock: ProcessClock, dueMs: number, dueHereMs: number, work: () => void) {
    this.#clock = clock;
    this.dueMs = dueMs;
    this.tag = clock.name;
    this.dueHereMs = dueHereMs;
    this.work = work;
  }

  get isOrphaned(): boolean {
    return this.#clock.isStopped;
  }

  run(): void {
    this.#clock.woken(this);
  }
}
