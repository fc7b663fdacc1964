import { beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import { MemoryStore } from '../../src/adapters/memory-store.ts';
import { Mirror } from '../../src/controller/records/mirror.ts';
import { ReadBarrier } from '../../src/controller/records/read-barrier.ts';
import { StoreUnavailable } from '../../src/ports/store.ts';
import { Virtual } from '../host/support/virtual.ts';

/** One hop to the store and back, and until a watch tells. */
const hopMs = 2;
const lagMs = 300;
const patienceMs = 1_000;

let world: Virtual;
let store: MemoryStore;
let mirror: Mirror<string>;

async function mirrored(): Promise<Mirror<string>> {
  const options = { store, name: 'test', clock: world.clock, log: silentLog };
  const made = new Mirror<string>({ ...options, parse: (_, text) => text });
  await world.settled(made.start());
  return made;
}

beforeEach(async () => {
  world = new Virtual();
  const delayMs = (operation: string) => (operation === 'watch' ? lagMs : hopMs);
  store = new MemoryStore(world.clock, { delayMs });
  mirror = await mirrored();
});

function barrier(waitMs = patienceMs): ReadBarrier {
  return new ReadBarrier([{ store, mirror }], world.clock, waitMs);
}

describe('a read', () => {
  test('waits until its controller knows what was acknowledged before', async () => {
    await world.settled(store.create('a', 'new', 'w1'));
    expect(mirror.get('a')).toBeNull();

    expect(await world.settled(barrier().pass())).toBe(true);

    expect(mirror.get('a')).toBe('new');
  });

  test('is not served by a question that was asked before it came', async () => {
    const reads = barrier();
    const early = reads.pass();
    await world.run(hopMs + 1);
    await world.settled(store.create('a', 'new', 'w1'));
    const late = reads.pass();

    expect(await world.settled(early)).toBe(true);
    expect(mirror.get('a')).toBeNull();
    expect(await world.settled(late)).toBe(true);
    expect(mirror.get('a')).toBe('new');
  });

  test('knows what was removed before its controller started', async () => {
    const written = await world.settled(store.create('a', 'old', 'w1'));
    await world.settled(store.remove('a', written.committed ? written.revision : 0, 'w2'));
    mirror = await mirrored();

    const startedMs = world.time.nowMs;
    expect(await world.settled(barrier().pass())).toBe(true);
    expect(world.time.nowMs - startedMs).toBeLessThan(lagMs);
  });

  test('does not wait for ever for a watch that lags', async () => {
    await world.settled(store.create('a', 'new', 'w1'));
    expect(await world.settled(barrier(lagMs / 2).pass())).toBe(false);
  });

  test('does not wait for a store that does not answer', async () => {
    const unavailable = { newest: () => Promise.reject(new StoreUnavailable('no leader')) };
    const reads = new ReadBarrier([{ store: unavailable, mirror }], world.clock, patienceMs);
    expect(await world.settled(reads.pass())).toBe(false);
  });
});
