import { ShardRecord } from '../../src/controller/shards/shard-keeper.ts';
import type { StoreChange } from '../../src/ports/store.ts';

/** Tells writes of shards' records that only prolong their owner's authority from changes of hands. */
export class Renewals {
  readonly #known = new Map<string, ShardRecord>();

  /** Is it the same owner in the same term, written anew? */
  note(change: StoreChange): boolean {
    const before = this.#known.get(change.key);
    if (change.type !== 'put') {
      this.#known.delete(change.key);
      return false;
    }
    const now = ShardRecord.parse(JSON.parse(change.value));
    this.#known.set(change.key, now);
    return now.owner !== null && before?.owner === now.owner && before.term === now.term;
  }
}
