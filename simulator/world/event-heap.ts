/** Something that is to happen at a virtual time. */
export interface HeapEvent {
  readonly dueMs: number;
  /** Orders events of the same time by their scheduling: the total order is (due, sequence). */
  sequence: number;
  /** Whose event it is. */
  readonly tag: string;
  /** Nobody wants it any more. */
  readonly isCleared: boolean;
  /** Whose it is has died: it will come, and do nothing. */
  readonly isOrphaned: boolean;
  run(): void;
}

/** A binary heap by (due, sequence): the only driver of virtual time. */
export class EventHeap {
  readonly #events: HeapEvent[] = [];

  get size(): number {
    return this.#events.length;
  }

  /** Everything in it, in no order. */
  all(): readonly HeapEvent[] {
    return this.#events;
  }

  peek(): HeapEvent | null {
    return this.#events[0] ?? null;
  }

  push(event: HeapEvent): void {
    const events = this.#events;
    let index = events.length;
    events.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = events[parent] as HeapEvent;
      if (before(above, event)) break;
      events[index] = above;
      index = parent;
    }
    events[index] = event;
  }

  pop(): HeapEvent | null {
    const events = this.#events;
    const first = events[0];
    const last = events.pop();
    if (first === undefined || last === undefined) return null;
    if (first === last) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= events.length) break;
      const right = child + 1;
      if (right < events.length && before(events[right] as HeapEvent, events[child] as HeapEvent)) {
        child = right;
      }
      if (before(last, events[child] as HeapEvent)) break;
      events[index] = events[child] as HeapEvent;
      index = child;
    }
    events[index] = last;
    return first;
  }
}

function before(a: HeapEvent, b: HeapEvent): boolean {
  return a.dueMs !== b.dueMs ? a.dueMs < b.dueMs : a.sequence < b.sequence;
}
