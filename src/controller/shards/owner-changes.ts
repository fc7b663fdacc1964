import type { Subscription } from '../../ports/bus.ts';

/** The shard that was asked has another owner by now: whether the one before has heard is not known. */
export class OwnerChanged extends Error {
  override readonly name = 'OwnerChanged';
}

/** Tells who waits for an answer of a shard's owner that the shard has another one: the answer may never come. */
export class OwnerChanges {
  readonly #waiting = new Map<number, Set<() => void>>();

  /** Somebody owns the shard from now on. */
  changed(shard: number): void {
    for (const tell of this.#waiting.get(shard) ?? []) tell();
  }

  onChange(shard: number, tell: () => void): Subscription {
    const waiting = this.#waiting.get(shard) ?? new Set();
    this.#waiting.set(shard, waiting.add(tell));
    return {
      unsubscribe: () => {
        waiting.delete(tell);
        if (waiting.size === 0 && this.#waiting.get(shard) === waiting) this.#waiting.delete(shard);
      },
    };
  }

  /** Resolves at the end of the rest, or as soon as the shard has another owner: then with true. */
  async changesWithin(shard: number, rest: Promise<void>): Promise<boolean> {
    try {
      await this.during(shard, rest);
      return false;
    } catch (error) {
      if (error instanceof OwnerChanged) return true;
      throw error;
    }
  }

  /** As the work, or rejects with {@link OwnerChanged} as soon as the shard has another owner. */
  async during<T>(shard: number, work: Promise<T>): Promise<T> {
    let changes: Subscription | null = null;
    const changed = new Promise<never>((_, reject) => {
      const words = `shard ${shard} has another owner, who is asked next`;
      changes = this.onChange(shard, () => reject(new OwnerChanged(words)));
    });
    try {
      return await Promise.race([work, changed]);
    } finally {
      (changes as Subscription | null)?.unsubscribe();
    }
  }
}
