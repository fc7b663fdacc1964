import { describe, expect, test } from 'vitest';
import { shardOf } from '../../machines/protocol/subjects.ts';
import type { Controller } from '../../src/controller/controller.ts';
import { Cluster } from './support/cluster.ts';

const all = [0, 1, 2, 3];

const ownedBy = (...controllers: Controller[]) =>
  controllers.flatMap((controller) => controller.ownedShards()).toSorted((a, b) => a - b);

/** A cluster with load balancers enough that every shard has some. */
async function populated(...controllers: string[]) {
  const cluster = await Cluster.with(['agent-1', 'agent-2', 'agent-3']);
  const others: Controller[] = [];
  for (const id of controllers) others.push(await cluster.startController(id));
  const ids: string[] = [];
  for (let count = 0; count < 12; count += 1) ids.push(await cluster.createBound());
  return { cluster, others, ids };
}

describe('several controllers', () => {
  test('share the shards: each has one owner', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const first = cluster.controller;
    expect(ownedBy(first)).toEqual(all);

    const second = await cluster.startController('controller-2');
    const third = await cluster.startController('controller-3');
    const shares = () => [first, second, third].map((each) => each.ownedShards().length);
    await cluster.until(
      'every shard has one owner, and nobody has them all',
      () =>
        ownedBy(first, second, third).join() === all.join() && Math.max(...shares()) < all.length,
      5_000,
    );
  });

  test('answer for all load balancers, whoever owns them', async () => {
    const { cluster, others, ids } = await populated('controller-2');
    const [second] = others as [Controller];

    expect(
      second.loadBalancers
        .list()
        .map(({ document }) => document.id)
        .toSorted(),
    ).toEqual(ids.toSorted());
    for (const id of ids) await cluster.settled(cluster.rename(id, 'renamed'));
    expect(ids.map((id) => second.loadBalancers.get(id)?.document.name)).toEqual(
      ids.map(() => 'renamed'),
    );
  });

  test("count each other's load balancers as load", async () => {
    const { cluster, others, ids } = await populated('controller-2');
    const [second] = others as [Controller];
    await cluster.run(500);

    const bound = second.fleet.agents().map((agent) => agent.boundLoadBalancers);

    expect(bound.reduce((sum, count) => sum + count, 0)).toBe(ids.length);
  });

  test('all rebind what a dead agent held, whoever judged it', async () => {
    const { cluster, ids } = await populated('controller-2', 'controller-3');
    const dead = 'agent-1';

    cluster.killAgent(dead);
    await cluster.untilAgent(dead, 'dead');
    await cluster.run(3_000);

    for (const id of ids) {
      await cluster.untilSettled(id);
      expect(cluster.view(id).binding?.agent).not.toBe(dead);
    }
  });
});

describe('a controller that is killed', () => {
  test('is replaced at once: the others take its shards and its actors', async () => {
    const { cluster, others, ids } = await populated('controller-2');
    const [second] = others as [Controller];

    cluster.killController('controller-1');
    await cluster.until(
      'the other owns every shard',
      () => ownedBy(second).join() === all.join(),
      2_000,
    );

    for (const id of ids) await cluster.settled(cluster.rename(id, 'after'));
    for (const id of ids) await cluster.untilSettled(id);
    expect(second.counters.unexpected).toBe(0);
  });

  test('keeps nobody waiting for the answers that it owes: its successor is asked as soon as there is one', async () => {
    const { cluster, ids } = await populated('controller-2');
    const first = cluster.controllerOf('controller-1');
    const owned = cluster.controllerOf('controller-2').ownedShards();
    const theirs = ids.filter((id) => owned.includes(shardOf(id, all.length)));
    const edit = { type: 'load-balancer.update', changes: { name: 'after' } } as const;
    // It has taken the edits, and does not come to answer them.
    cluster.pause('controller-2');
    const askedMs = cluster.time.nowMs;
    const edits = Promise.all(
      theirs.map((id) => first.loadBalancers.edit(id, edit, cluster.requestId())),
    );
    await cluster.run(50);
    cluster.killController('controller-2');

    await cluster.settled(edits);

    expect(theirs.length).toBeGreaterThan(0);
    expect(cluster.time.nowMs - askedMs).toBeLessThan(cluster.timings.apiAttemptMs / 2);
  });

  test('and comes back takes its share again, and loses nothing on the way', async () => {
    const { cluster, ids } = await populated('controller-2');
    const first = cluster.controllerOf('controller-1');
    cluster.killController('controller-2');
    await cluster.until('the other owns every shard', () => ownedBy(first).length === 4, 2_000);

    const again = await cluster.startController('controller-2');
    expect(again.ownedShards()).toEqual([]);
    await cluster.until(
      'it has its share, and every shard has one owner',
      () => again.ownedShards().length > 0 && ownedBy(again, first).join() === all.join(),
      5_000,
    );

    for (const id of ids) await cluster.settled(cluster.rename(id, 'again'));
    for (const id of ids) await cluster.untilSettled(id);
  });

  test('that hangs is replaced after a time of silence, and lets go when it wakes', async () => {
    const { cluster } = await populated('controller-2');
    const hung = await cluster.startController('controller-3');

    cluster.pause('controller-3');
    await cluster.until(
      'the others own every shard',
      () => cluster.owned(hung).join() === all.join(),
      20_000,
    );
    cluster.resume('controller-3');
    await cluster.run(5_000);

    expect(cluster.owned()).toEqual(all);
  });
});

describe("controllers that don't hear each other, and both reach the stores", () => {
  test('do not take the shards from each other again and again', async () => {
    const { cluster, ids } = await populated('controller-2');
    const changes: string[] = [];
    cluster.stores.shards.watch(
      (change) => changes.push(change.key),
      () => undefined,
    );
    await cluster.run(100);
    changes.length = 0;

    cluster.part('controller-1', 'controller-2');
    await cluster.run(60_000);
    // Each asks more often with each mistake, and is wrong after 1.4, 1.4, 3.2, 10 and 39 s.
    expect(changes.length).toBeGreaterThan(0);
    expect(changes.length).toBeLessThanOrEqual(5 * all.length * 2);

    cluster.heal();
    await cluster.until(
      'every shard has one owner',
      () => cluster.owned().join() === all.join(),
      5_000,
    );
    for (const id of ids) await cluster.settled(cluster.rename(id, 'after'));
    for (const id of ids) await cluster.untilSettled(id);
  });
});

describe('a controller that leaves', () => {
  test('hands its shards over before it is gone', async () => {
    const { cluster, others, ids } = await populated('controller-2');
    const [second] = others as [Controller];
    const first = cluster.controllerOf('controller-1');

    await cluster.settled(first.leave());
    await cluster.until(
      'the other owns every shard',
      () => ownedBy(second).join() === all.join(),
      1_000,
    );

    for (const id of ids) await cluster.settled(cluster.rename(id, 'after'));
  });
});

describe("a controller with another one's id", () => {
  test('does not start while the other lives', async () => {
    const cluster = await Cluster.with([]);

    await expect(cluster.startController('controller-1')).rejects.toMatchObject({
      name: 'ControllerTaken',
    });
  });
});
