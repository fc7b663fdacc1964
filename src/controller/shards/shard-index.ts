import * as subjects from '../../../machines/protocol/subjects.ts';

/** Of more than so many ids at once, none is remembered; far more than a controller knows. */
const rememberedMax = 200_000;

/** Which shard an id belongs to: asked for all ids whenever a shard changes hands, so that it is remembered. */
export class ShardIndex {
  readonly #shards: number;
  readonly #known = new Map<string, number>();

  constructor(shards: number) {
    this.#shards = shards;
  }

  of(id: string): number {
    let shard = this.#known.get(id);
    if (shard === undefined) {
      shard = subjects.shardOf(id, this.#shards);
      if (this.#known.size >= rememberedMax) this.#known.clear();
      this.#known.set(id, shard);
    }
    return shard;
  }

  in(shard: number, ids: Iterable<string>): readonly string[] {
    return [...ids].filter((id) => this.of(id) === shard);
  }
}
