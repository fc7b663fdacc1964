import { expect, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import { presets } from '../../machines/timings/timings.ts';
import { MemoryStore } from '../../src/adapters/memory-store.ts';
import { ShardKeeper } from '../../src/controller/shard-keeper.ts';
import { Virtual } from '../host/support/virtual.ts';

const shards = 8;

/** A keeper that owns everything, and a store in which all shards but the first of its own are slow. */
async function soleOwner() {
  const world = new Virtual();
  let quick = '';
  const delayMs = (operation: string, key: string) =>
    operation === 'update' && key !== quick ? 100 : 1;
  const store = new MemoryStore(world.clock, { delayMs });
  const living = ['a'];
  const keeper = new ShardKeeper({
    controller: 'a',
    shards,
    store,
    clock: world.clock,
    log: silentLog,
    timings: presets.lan,
    nonce: 'a',
    living: () => living,
    wrote: () => undefined,
    adopt: () => undefined,
    abandon: () => undefined,
  });
  await world.settled(keeper.start());
  await world.settled(keeper.settle());
  return { world, store, living, keeper, hurry: (key: string) => (quick = key) };
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
