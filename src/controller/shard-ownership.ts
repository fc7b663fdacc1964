import { z } from 'zod';
import { type Clock, delay } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { backoffMs } from '../../machines/timings/backoff.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import { writeUntilKnown } from '../host/commit.ts';
import { type Bus, NoResponders } from '../ports/bus.ts';
import type { Store } from '../ports/store.ts';

/** Who owns a shard; the term grows with each change of hands. */
export const ShardRecord = z.strictObject({
  schema: z.literal(1),
  owner: z.string(),
  term: z.int().min(1),
  write: z.string(),
});

export interface ShardOwnershipOptions {
  readonly controller: string;
  readonly shards: number;
  readonly store: Store;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Timings;
  readonly nonce: string;
  readonly signal: AbortSignal;
}

/** Thrown when another controller lives and owns shards. */
export class ShardsTaken extends Error {
  override readonly name = 'ShardsTaken';
}

/**
 * Claims every shard for this controller by compare-and-swap. A predecessor whose connection is
 * closed (nobody listens on its subject) gives way at once; one that answers keeps what it has.
 */
export async function claimShards(
  options: ShardOwnershipOptions,
): Promise<ReadonlyMap<number, number>> {
  const alive = new Map<string, boolean>();
  const terms = new Map<number, number>();
  const claims = Array.from({ length: options.shards }, async (_, shard) => {
    terms.set(shard, await claimShard(options, shard, alive));
  });
  await Promise.all(claims);
  return terms;
}

async function claimShard(
  options: ShardOwnershipOptions,
  shard: number,
  alive: Map<string, boolean>,
): Promise<number> {
  const { controller, store, nonce, clock, timings, signal } = options;
  const key = `shard-${shard}`;
  for (let attempt = 0; ; attempt += 1) {
    signal.throwIfAborted();
    const entry = await store.get(key).catch(() => undefined);
    if (entry === undefined) {
      await delay(clock, backoffMs(attempt, timings.retryMs, timings.retryMaxMs), signal);
      continue;
    }
    const held = entry === null ? null : ShardRecord.parse(JSON.parse(entry.value));
    if (held !== null && held.owner !== controller && (await lives(options, held.owner, alive))) {
      throw new ShardsTaken(
        `controller ${held.owner} is alive and owns shard ${shard}; stop it, or give this one its id`,
      );
    }
    const term = (held?.term ?? 0) + 1;
    const write = `${nonce}-${key}-${attempt}`;
    const text = JSON.stringify({ schema: 1, owner: controller, term, write });
    const result = await writeUntilKnown(
      store,
      key,
      () =>
        entry === null
          ? store.create(key, text, write)
          : store.update(key, text, entry.revision, write),
      (value) => value === text,
      { clock, log: options.log, retryMs: timings.retryMs, retryMaxMs: timings.retryMaxMs, signal },
    );
    if (result.committed) return term;
  }
}

async function lives(
  { bus, timings }: ShardOwnershipOptions,
  owner: string,
  alive: Map<string, boolean>,
): Promise<boolean> {
  const known = alive.get(owner);
  if (known !== undefined) return known;
  let answer = true;
  try {
    await bus.request(subjects.controller(owner, 'probe'), '{}', timings.probeTimeoutMs);
  } catch (error) {
    answer = !(error instanceof NoResponders);
  }
  alive.set(owner, answer);
  return answer;
}
