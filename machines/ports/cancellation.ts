/** What an `AbortSignal` is to work that looks at it and waits for it. */
export interface Cancellation {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * Ends work that this process itself has begun. It does what an `AbortController` and its signal do,
 * without their events, which take longer than most of the work that is ended by them.
 */
export class Canceller implements Cancellation {
  readonly reason: unknown;
  readonly #listeners = new Set<() => void>();
  #aborted = false;

  /** `reason` is made by the caller, once for all of its work that ends in the same way. */
  constructor(reason: unknown) {
    this.reason = reason;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  abort(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}
