import type { StoreChange } from '../../../src/ports/store.ts';

/** Longer than any reader is behind, and than any write waits to be on disk. */
export const rememberedMs = 60_000;

/** A write: when it was committed, and what its key held before. */
export interface Past {
  readonly atMs: number;
  readonly key: string;
  readonly before: StoreChange | null;
  readonly change: StoreChange;
}

/** What the keys of a bucket held a while ago, for readers who are behind. */
export class PastValues {
  readonly #pasts: Past[] = [];

  note(past: Past): void {
    while (this.#pasts[0] !== undefined && this.#pasts[0].atMs < past.atMs - rememberedMs) {
      this.#pasts.shift();
    }
    this.#pasts.push(past);
  }

  /** Forgets the writes since then, and gives them, the newest one first. */
  forgetSince(sinceMs: number): readonly Past[] {
    const first = this.#pasts.findIndex(({ atMs }) => atMs >= sinceMs);
    return first < 0 ? [] : this.#pasts.splice(first).toReversed();
  }

  /** The key's newest change at that time; `now` is the present one. */
  asOf(atMs: number, key: string, now: StoreChange | null): StoreChange | null {
    const next = this.#pasts.find((past) => past.key === key && past.atMs > atMs);
    return next === undefined ? now : next.before;
  }
}
