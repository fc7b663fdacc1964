import { describe, expect, test } from 'vitest';
import { MemoryStore, memoryStores } from '../../src/adapters/memory-store.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { bucketNames } from '../../src/ports/store.ts';
import { storeCases } from './store-conformance.ts';

describe('the store in memory', () => {
  for (const { name, run } of storeCases) {
    test(name, () => run(new MemoryStore(systemClock)));
  }

  test('fails the next write as told, and only that one', async () => {
    const store = new MemoryStore(systemClock);
    store.failNext('unavailable');
    store.failNext('unknown-lost');
    store.failNext('unknown-committed');
    const create = () => store.create('x', 'value', 'w');
    await expect(create()).rejects.toMatchObject({ name: 'StoreUnavailable' });
    await expect(create()).rejects.toMatchObject({ name: 'UnknownOutcome' });
    expect(store.snapshot()).toEqual([]);
    await expect(create()).rejects.toMatchObject({ name: 'UnknownOutcome' });
    expect(store.snapshot()).toEqual([{ key: 'x', value: 'value', revision: 1 }]);
    expect(await create()).toEqual({ committed: true, revision: 1 });
  });

  test('gives each bucket a store with revisions of its own', async () => {
    const stores = memoryStores(systemClock);
    for (const bucket of bucketNames) {
      expect(await stores[bucket].create('x', bucket, 'w')).toMatchObject({ revision: 1 });
    }
  });
});
