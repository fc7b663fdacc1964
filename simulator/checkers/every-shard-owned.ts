import { shardOf } from '../../machines/protocol/subjects.ts';
import type { Controller } from '../../src/controller/controller.ts';
import type { World } from '../world/world.ts';
import type { CheckerKind } from './checker.ts';

/** After healing and quiet, each shard has one owner, at which its actors run, and nowhere else. */
export const everyShardOwned: CheckerKind = {
  name: 'every-shard-owned',
  start: ({ world, controllers, violate }) => ({
    atEnd() {
      const problem = whyNotOwned(world, controllers());
      if (problem !== null) violate(problem);
    },
  }),
};

/** Why not every shard has one owner that runs its actors; null when each has. */
export function whyNotOwned(world: World, controllers: readonly Controller[]): string | null {
  const { shards } = world.options;
  const owners = new Map<number, Controller>();
  for (let shard = 0; shard < shards; shard += 1) {
    const [owner, second] = controllers.filter((each) => each.ownedShards().includes(shard));
    if (owner === undefined) return `nobody owns shard ${shard}`;
    if (second !== undefined) return `shard ${shard} has two owners`;
    owners.set(shard, owner);
  }
  const { desired, liveness } = world.stores;
  for (const { key } of desired.snapshot()) {
    const owner = owners.get(shardOf(key, shards));
    for (const each of controllers) {
      const runs = each.owner.host.actor(key) !== null;
      if (runs !== (each === owner)) return whereNot(`load balancer ${key}`, runs);
    }
  }
  for (const { key } of liveness.snapshot()) {
    const owner = owners.get(shardOf(key, shards));
    for (const each of controllers) {
      const runs = each.judge.host.actor(key) !== null;
      if (runs !== (each === owner)) return whereNot(key, runs);
    }
  }
  return null;
}

function whereNot(actor: string, runs: boolean): string {
  return runs
    ? `the actor of ${actor} runs where its shard is not owned`
    : `the actor of ${actor} does not run where its shard is owned`;
}
