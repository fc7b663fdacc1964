import { describe, expect, test } from 'vitest';
import { initialContext } from '../../machines/load-balancer/context.ts';
import { parseDown } from '../../machines/protocol/subjects.ts';
import { commandOf } from '../../simulator/evidence/records.ts';
import { EpochFloors } from '../../src/controller/records/epoch-floors.ts';
import { Removals, removalsMax } from '../../src/controller/records/removals.ts';
import { Cluster } from './support/cluster.ts';

/** A load balancer that was on disk before it was deleted, with what came since then about to be lost. */
async function deleted(cluster: Cluster): Promise<string> {
  const id = await cluster.createBound();
  await cluster.run(1_000);
  await cluster.settled(cluster.delete(id));
  await cluster.untilGone(id);
  await cluster.run(50);
  return id;
}

/** Load balancers of which two controllers own some, long enough on record to stay there; `remove` deletes them. */
async function heldByTwo(agents: readonly string[]) {
  const cluster = await Cluster.with(agents);
  const other = await cluster.startController('controller-3');
  await cluster.until('controller-3 owns a shard', () => other.ownedShards().length > 0);
  const ids: string[] = [];
  for (let count = 0; count < 8; count += 1) ids.push(await cluster.createBound());
  await cluster.run(3_000);
  const remove = async (): Promise<void> => {
    await Promise.all(ids.map((id) => cluster.settled(cluster.delete(id))));
    for (const id of ids) await cluster.untilGone(id);
    await cluster.run(50);
  };
  return { cluster, ids, remove };
}

/** Each was deleted by one of the two, and the other has heard of it. */
async function deletedByTwo() {
  const { cluster, ids, remove } = await heldByTwo(['agent-1', 'agent-2']);
  await remove();
  return { cluster, ids };
}

const deletion = { desired: 500, binding: 500 };
const isOnRecord = (cluster: Cluster): boolean => cluster.stores.desired.snapshot().length > 0;

describe('a deletion that was carried out, and that the store has lost', () => {
  test('is asked for again by its owner, and ends', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await deleted(cluster);

    cluster.losePower(deletion);
    const isBack = isOnRecord(cluster);
    await cluster.run(2_000);

    expect(isBack).toBe(true);
    expect(cluster.state(id)).toBeNull();
    expect(isOnRecord(cluster)).toBe(false);
    expect(cluster.stores.binding.snapshot()).toEqual([]);
  });

  test('is asked for again by whoever takes the shard over, and has only heard of it', async () => {
    const { cluster, ids } = await deletedByTwo();

    cluster.losePower(deletion, () => cluster.killController('controller-1'));
    await cluster.until('controller-3 owns all', () => cluster.owned().length === 4);
    await cluster.run(2_000);

    expect(ids.map((id) => cluster.state(id))).toEqual(ids.map(() => null));
    expect(isOnRecord(cluster)).toBe(false);
  });

  test('is asked for again by whoever has heard of it, where its owner has come too late for that', async () => {
    const { cluster, ids } = await deletedByTwo();

    cluster.losePower(deletion, () => cluster.killController('controller-1'));
    const late = await cluster.startController('controller-1');
    const owned = late.ownedShards().length;
    await cluster.run(2_000);

    expect(owned).toBeGreaterThan(0);
    expect(ids.map((id) => cluster.state(id))).toEqual(ids.map(() => null));
    expect(isOnRecord(cluster)).toBe(false);
  });

  test('ends where nobody knows of it, and only the removal of its binding record tells', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await deleted(cluster);

    cluster.losePower({ desired: 500 }, () => cluster.killController());
    const isBack = isOnRecord(cluster);
    await cluster.startController();
    await cluster.run(5_000);

    expect(isBack).toBe(true);
    expect(cluster.state(id)).toBeNull();
    expect(isOnRecord(cluster)).toBe(false);
    expect(cluster.stores.binding.snapshot()).toEqual([]);
  });

  test('leaves no binding record behind, and frees its address once, where its end was still being written', async () => {
    const cluster = new Cluster();
    const freed: string[] = [];
    cluster.placement = { purged: (gone) => freed.push(gone) };
    await cluster.startController();
    await cluster.startAgent('agent-1');
    const id = await cluster.createBound();
    await cluster.run(1_000);
    await cluster.settled(cluster.delete(id));
    await cluster.untilGone(id);

    cluster.losePower(deletion);
    const freedBefore = [...freed];
    await cluster.run(2_000);

    expect(isOnRecord(cluster)).toBe(false);
    expect(cluster.stores.binding.snapshot()).toEqual([]);
    expect(freedBefore).toEqual([]);
    expect(freed).toEqual([id]);
  });

  test('is asked for again by its owner, also where the watch has not told of it yet', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    await cluster.run(1_000);
    await cluster.settled(cluster.delete(id));
    const line = cluster.stores.desired.line('');
    line.goBlind();
    await cluster.run(100);
    const wasOnRecord = isOnRecord(cluster);

    cluster.losePower(deletion);
    line.see();
    await cluster.run(2_000);

    expect(wasOnRecord).toBe(false);
    expect(cluster.state(id)).toBeNull();
    expect(isOnRecord(cluster)).toBe(false);
  });

  test('ends also where its holder has started anew, under an epoch that was never given', async () => {
    const { cluster, ids, remove } = await heldByTwo(['agent-1']);
    cluster.killAgent('agent-1');
    await cluster.startAgent('agent-1');
    for (const id of ids) await cluster.untilSettled(id);
    await remove();

    cluster.losePower({ desired: 2_500, binding: 2_500 }, () => {
      cluster.killController('controller-1');
      cluster.killAgent('agent-1');
    });
    const isBack = isOnRecord(cluster);
    await cluster.startAgent('agent-1');
    await cluster.run(5_000);

    const holders = new Map<string, Set<number>>();
    for (const { subject, data } of cluster.sent) {
      if (parseDown(subject)?.kind !== 'command') continue;
      const { loadBalancer, epoch, incarnation } = commandOf(data);
      const key = `${loadBalancer} ${epoch}`;
      holders.set(key, (holders.get(key) ?? new Set()).add(incarnation));
    }
    expect(isBack).toBe(true);
    expect(isOnRecord(cluster)).toBe(false);
    expect([...holders].filter(([, { size }]) => size > 1)).toEqual([]);
  });
});

test('what is known of a removed load balancer lifts a record that is back', () => {
  const floors = new EpochFloors();
  floors.committed('a', { ...initialContext, lastEpoch: 3 });
  const record = JSON.stringify({ snapshot: { context: { lastEpoch: 5 } } });

  floors.removed('a', record);
  floors.removed('a', null);
  floors.removed('b', 'no record at all');

  expect(floors.claim('a', { lastEpoch: 3 }, 0)).toMatchObject({ type: 'claim', epoch: 5 });
  expect(floors.claim('a', { lastEpoch: 5 }, 0)).toBeNull();
  expect(floors.removals.wasDeleted('a')).toBe(false);
});

test('the oldest removals are forgotten above the limit, and one that is told again is new', () => {
  const removals = new Removals();
  for (let count = 0; count < removalsMax; count += 1) removals.deleted(`lb-${count}`);
  removals.unbound('lb-0', { lastEpoch: 7, holder: null });

  removals.deleted('one more');

  expect(removals.wasDeleted('lb-0')).toBe(true);
  expect(removals.held('lb-0').lastEpoch).toBe(7);
  expect(removals.wasDeleted('lb-1')).toBe(false);
  expect(removals.wasDeleted('lb-2')).toBe(true);
});
