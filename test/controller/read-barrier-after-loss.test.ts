import { expect, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import { VirtualStore } from '../../simulator/world/store/virtual-store.ts';
import { Mirror } from '../../src/controller/records/mirror.ts';
import { ReadBarrier } from '../../src/controller/records/read-barrier.ts';
import { Virtual } from '../host/support/virtual.ts';

const hopMs = 2;
const lagMs = 1_000;
const patienceMs = 500;

/** One bucket, and two controllers that mirror it. */
async function bench() {
  const world = new Virtual();
  const store = new VirtualStore(world.clock, { delayMs: () => hopMs });
  const mirrored = async (id: string) => {
    const own = store.as(id);
    const options = { store: own, name: 'desired', clock: world.clock, log: silentLog };
    const mirror = new Mirror<string>({ ...options, parse: (_, text) => text });
    await world.settled(mirror.start());
    return { store: own, mirror };
  };
  const [one, other] = [await mirrored('one'), await mirrored('other')];
  const reads = new ReadBarrier([other], world.clock, patienceMs);
  return { world, store, one, other, confirmed: () => world.settled(reads.pass()) };
}

test('a read is not confirmed by a revision that was lost, and given to another write', async () => {
  const { world, store, one, other, confirmed } = await bench();
  await world.run(1_000);
  const lost = await world.settled(one.store.create('old', 'x', 'w1'));
  await world.run(100);
  for (const id of ['one', 'other']) store.line(id).disconnect();
  store.losePower(500);
  store.line('one').connect();
  await world.run(100);
  store.line('other').lag(lagMs);
  store.line('other').connect();
  // Acknowledged, under the number that `other` knows already.
  expect(await world.settled(one.store.create('new', 'y', 'w2'))).toEqual(lost);

  expect(await confirmed()).toBe(false);

  await world.run(lagMs);
  expect(await confirmed()).toBe(true);
  expect([other.mirror.get('old'), other.mirror.get('new')]).toEqual([null, 'y']);
});
