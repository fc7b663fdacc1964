import { describe, expect, test } from 'vitest';
import { MemoryStore, memoryStores } from '../../src/adapters/memory-store.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { bucketNames } from '../../src/ports/store.ts';
import { storeCases } from './store-conformance.ts';

describe('the store in memory', () => {
  for (const { name, run } of storeCases) {
    test(name, () => run(new MemoryStore(systemClock)));
  }

  test('gives each bucket a store with revisions of its own', async () => {
    const stores = memoryStores(systemClock);
    for (const bucket of bucketNames) {
      expect(await stores[bucket].create('x', bucket, 'w')).toMatchObject({ revision: 1 });
    }
  });
});
