import { expect, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import { presets } from '../../machines/timings/timings.ts';
import { VirtualStore } from '../../simulator/world/store/virtual-store.ts';
import { MemoryStore } from '../../src/adapters/memory-store.ts';
import { OwnerChanges } from '../../src/controller/shards/owner-changes.ts';
import { ShardKeeper } from '../../src/controller/shards/shard-keeper.ts';
import { type Store, StoreUnavailable, UnknownOutcome } from '../../src/ports/store.ts';
import { Virtual } from '../host/support/virtual.ts';

const shards = 8;

/** A keeper that owns everything, and a store in which all shards but the first of its own are slow. */
async function soleOwner() {
  const world = new Virtual();
  let quick = '';
  const delayMs = (operation: string, key: string) =>
    operation === 'update' && key !== quick ? 100 : 1;
  const store = new MemoryStore(world.clock, { delayMs });
  return { ...(await ownerOfAll(world, store)), store, hurry: (key: string) => (quick = key) };
}

/** A keeper to which all shards fall, with what it has told of them. */
async function ownerOfAll(world: Virtual, store: Store) {
  const given = keeperOf(world, store);
  await world.settled(given.keeper.start());
  await world.settled(given.keeper.settle());
  return given;
}

function keeperOf(world: Virtual, store: Store) {
  const living = ['a'];
  const raised: number[] = [];
  const adopted: number[] = [];
  const keeper = new ShardKeeper({
    controller: 'a',
    shards,
    store,
    clock: world.clock,
    log: silentLog,
    timings: presets.lan,
    nonce: 'a',
    owners: new OwnerChanges(),
    living: () => living,
    wrote: () => undefined,
    named: () => 0,
    raised: (shard) => raised.push(shard),
    adopt: (shard) => void adopted.push(shard),
    abandon: () => undefined,
  });
  return { world, living, keeper, raised, adopted };
}

test('a shard that was taken over and let go of while nobody looked is claimed again', async () => {
  const { world, store, living, keeper, hurry } = await soleOwner();
  expect(keeper.owned()).toHaveLength(shards);

  // A pass that lasts: it hands to another controller what falls to that one.
  living.push('b');
  keeper.reconcile();
  const [kept = -1] = keeper.owned();
  const key = `shard-${kept}`;
  hurry(key);
  // Meanwhile the other one took this shard for an orphan's, and has noticed its mistake.
  const owners = ['b', null];
  for (const [index, owner] of owners.entries()) {
    const entry = await world.settled(store.get(key));
    const record = { schema: 1, owner, term: index + 2, write: `b-${index}` };
    const revision = entry?.revision ?? 0;
    await world.settled(store.update(key, JSON.stringify(record), revision, record.write));
  }
  await world.run(1_000);

  expect(keeper.owned()).toContain(kept);
  const now = await world.settled(store.get(key));
  expect(JSON.parse(now?.value ?? '{}')).toMatchObject({ owner: 'a', term: 4 });
});

/** A keeper that owns all shards, together with what stands in the store. */
async function keeperWithRecords() {
  const owner = await soleOwner();
  const { world, store } = owner;
  const read = async (shard: number) => {
    const entry = await world.settled(store.get(`shard-${shard}`));
    return { revision: entry?.revision ?? 0, ...JSON.parse(entry?.value ?? '{}') };
  };
  return { ...owner, read };
}

test('authority is renewed by a write of the same owner in the same term', async () => {
  const { world, keeper, read } = await keeperWithRecords();
  const before = await read(0);
  await world.run(presets.lan.authorityMs / 2);

  expect(keeper.authority.holds(0)).toBe(true);
  await world.run(1_000);

  const after = await read(0);
  expect(after).toMatchObject({ owner: 'a', term: before.term });
  expect(after.revision).toBeGreaterThan(before.revision);
  expect(keeper.owned()).toHaveLength(shards);
});

/** The next write of a shard's record is committed, and ends in this error; reads answer from the past. */
function committedUnanswered(store: MemoryStore, error: Error): void {
  const { update, get } = store;
  const before = new Map<string, Awaited<ReturnType<typeof get>>>();
  store.update = async (key, ...rest) => {
    if (before.has(key)) return update.call(store, key, ...rest);
    before.set(key, await get.call(store, key));
    await update.call(store, key, ...rest);
    throw error;
  };
  store.get = (key, after) =>
    before.has(key) ? Promise.resolve(before.get(key) ?? null) : get.call(store, key, after);
}

test.each([
  ['nobody acknowledges it, and its record is read as it was before', new UnknownOutcome('lost')],
  ['the store breaks', new Error('broken')],
])('authority goes on after a renewal that was written, although %s', async (_, error) => {
  const { world, store, keeper } = await soleOwner();
  await world.run(presets.lan.authorityMs / 2);
  committedUnanswered(store, error);

  keeper.authority.holds(0);
  await world.run(2_000);
  keeper.authority.holds(0);
  await world.run(2_000);
  await world.run(presets.lan.authorityMs / 2);

  expect(await world.settled(keeper.authority.obtain(0))).toBe(true);
  expect(keeper.owned()).toHaveLength(shards);
});

test('while nothing can be written it is tried again several times a second: authority runs out', async () => {
  const { world, store, keeper } = await soleOwner();
  await world.run(presets.lan.authorityMs / 2);
  const triedMs = new Map<string, number[]>();
  store.update = (key) => {
    triedMs.set(key, [...(triedMs.get(key) ?? []), world.time.nowMs]);
    return Promise.reject(new StoreUnavailable('there is no leader'));
  };

  for (const shard of keeper.owned()) keeper.authority.holds(shard);
  await world.run(presets.lan.authorityMs);

  expect(triedMs.size).toBe(shards);
  for (const times of triedMs.values()) {
    const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(waits.length).toBeGreaterThan(20);
    expect(Math.max(...waits)).toBeLessThanOrEqual(300);
  }
});

test('a shard is let go of as uncertain while somebody before may believe that he has it', async () => {
  const { world, living, keeper, read } = await keeperWithRecords();
  // Nobody had let go of it before this keeper claimed it.
  living.push('b');
  keeper.reconcile();
  await world.run(1_000);

  const [given = -1] = Array.from({ length: shards }, (_, shard) => shard).filter(
    (shard) => !keeper.owned().includes(shard),
  );
  expect(await read(given)).toMatchObject({ owner: null, uncertain: true });
});

test('a shard is let go of without doubt once nobody before can believe that any more', async () => {
  const { world, living, keeper, read } = await keeperWithRecords();
  await world.run(presets.lan.authorityLapseMs);
  living.push('b');
  keeper.reconcile();
  await world.run(1_000);

  const [given = -1] = Array.from({ length: shards }, (_, shard) => shard).filter(
    (shard) => !keeper.owned().includes(shard),
  );
  const record = await read(given);
  expect(record).toMatchObject({ owner: null });
  expect(record).not.toHaveProperty('uncertain');
});

test('a claim that the store has lost is made again under a later term, and that is told', async () => {
  const world = new Virtual();
  const store = new VirtualStore(world.clock, { delayMs: () => 1 });
  const { keeper, raised } = await ownerOfAll(world, store);
  expect(raised).toEqual([]);

  store.line('').disconnect();
  store.losePower(60_000);
  store.line('').connect();
  await world.run(1_000);

  const all = Array.from({ length: shards }, (_, shard) => shard);
  expect(all.map((shard) => keeper.term(shard))).toEqual(all.map(() => 2));
  expect(raised.toSorted((one, other) => one - other)).toEqual(all);
});

test('a keeper that is stopped while its claims are written takes none of the shards', async () => {
  const world = new Virtual();
  const store = new MemoryStore(world.clock, { delayMs: () => 100 });
  const { keeper, adopted } = keeperOf(world, store);
  await world.settled(keeper.start());
  const settled = keeper.settle();
  await world.run(50);

  keeper.stop();
  await world.settled(settled);
  await world.run(1_000);

  expect((await world.settled(store.get('shard-0')))?.value).toContain('"owner":"a"');
  expect(keeper.owned()).toEqual([]);
  expect(adopted).toEqual([]);
});
