import { shardOf } from '../../machines/protocol/subjects.ts';
import { shardKey } from '../../src/controller/shards/shard-keeper.ts';
import type { WorldEvent } from '../world/events.ts';
import { Renewals } from './renewals.ts';

/** When the judge of an agent was another one, or its judgeship has begun anew. */
export class JudgeChanges {
  readonly #shards: number;
  readonly #renewals = new Renewals();
  /** By shard: when it was claimed last. */
  readonly #claimedMs = new Map<string, number>();

  constructor(shards: number) {
    this.#shards = shards;
  }

  note(event: WorldEvent, atMs: number): void {
    if (event.type !== 'stored' || event.bucket !== 'shards') return;
    if (!this.#renewals.note(event.change)) this.#claimedMs.set(event.change.key, atMs);
  }

  /** Has somebody become the judge of the agent since then? */
  since(agent: string, fromMs: number): boolean {
    const claimedMs = this.#claimedMs.get(shardKey(shardOf(agent, this.#shards)));
    return claimedMs !== undefined && claimedMs >= fromMs;
  }
}
