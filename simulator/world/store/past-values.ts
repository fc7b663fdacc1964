import type { StoreChange } from '../../../src/ports/store.ts';

/** Longer than any reader is behind. */
const rememberedMs = 60_000;

interface Past {
  readonly atMs: number;
  readonly key: string;
  readonly before: StoreChange | null;
}

/** What the keys of a bucket held a while ago, for readers who are behind. */
export class PastValues {
  readonly #pasts: Past[] = [];

  note(atMs: number, key: string, before: StoreChange | null): void {
    while (this.#pasts[0] !== undefined && this.#pasts[0].atMs < atMs - rememberedMs) {
      this.#pasts.shift();
    }
    this.#pasts.push({ atMs, key, before });
  }

  /** The key's newest change at that time; `now` is the present one. */
  asOf(atMs: number, key: string, now: StoreChange | null): StoreChange | null {
    const next = this.#pasts.find((past) => past.key === key && past.atMs > atMs);
    return next === undefined ? now : next.before;
  }
}
