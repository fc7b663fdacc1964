import { ShardRecord } from '../../src/controller/shards/shard-keeper.ts';
import type { StoreChange } from '../../src/ports/store.ts';
import { CountSpans } from './count-spans.ts';
import type { CountSpan } from './data.ts';

/** How many shards each controller owns, as their records tell. */
export class ShardCounts {
  readonly #owners = new Map<string, string | null>();
  readonly #counts = new CountSpans();

  note(change: StoreChange, atMs: number): void {
    const before = this.#owners.get(change.key) ?? null;
    const now = change.type === 'put' ? ShardRecord.parse(JSON.parse(change.value)).owner : null;
    if (now === before) return;
    this.#owners.set(change.key, now);
    if (before !== null) this.#counts.add(before, -1, atMs);
    if (now !== null) this.#counts.add(now, 1, atMs);
  }

  of(controller: string, endMs: number): readonly CountSpan[] {
    return this.#counts.of(controller, endMs);
  }
}
