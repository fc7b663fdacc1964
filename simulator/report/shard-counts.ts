import { ShardRecord } from '../../src/controller/shard-keeper.ts';
import type { StoreChange } from '../../src/ports/store.ts';
import type { CountSpan } from './data.ts';

/** How many shards each controller owns, as their records tell. */
export class ShardCounts {
  readonly #owners = new Map<string, string | null>();
  readonly #counts = new Map<string, { fromMs: number; count: number }[]>();

  note(change: StoreChange, atMs: number): void {
    const before = this.#owners.get(change.key) ?? null;
    const now = change.type === 'put' ? ShardRecord.parse(JSON.parse(change.value)).owner : null;
    if (now === before) return;
    this.#owners.set(change.key, now);
    this.#add(before, -1, atMs);
    this.#add(now, 1, atMs);
  }

  of(controller: string, endMs: number): readonly CountSpan[] {
    const spans = this.#counts.get(controller) ?? [];
    return spans.map((span, index) => ({ ...span, toMs: spans[index + 1]?.fromMs ?? endMs }));
  }

  #add(controller: string | null, by: number, atMs: number): void {
    if (controller === null) return;
    const spans = this.#counts.get(controller) ?? [];
    this.#counts.set(controller, spans);
    const last = spans.at(-1);
    const count = (last?.count ?? 0) + by;
    // Shards mostly change hands together.
    if (last?.fromMs === atMs) last.count = count;
    else spans.push({ fromMs: atMs, count });
  }
}
