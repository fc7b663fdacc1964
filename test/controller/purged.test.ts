import { expect, test } from 'vitest';
import { MemoryStore } from '../../src/adapters/memory-store.ts';
import { purgedAmong } from '../../src/controller/records/purged.ts';
import { StoreUnavailable } from '../../src/ports/store.ts';
import { Virtual } from '../host/support/virtual.ts';

const known = (...ids: string[]) => ({ raw: (id: string) => (ids.includes(id) ? {} : null) });

test('tells what was removed, and neither what is there nor what never was', async () => {
  const virtual = new Virtual();
  const store = new MemoryStore(virtual.clock);
  await virtual.settled(store.create('gone', 'x', 'w1'));
  await virtual.settled(store.remove('gone', 1, 'w2'));
  await virtual.settled(store.create('there', 'x', 'w3'));

  const purged = purgedAmong(['gone', 'there', 'never'], known(), store);

  expect(await virtual.settled(purged)).toEqual(['gone']);
});

test('does not ask the store about what is known to be there', async () => {
  const wasRemoved = () => Promise.reject(new Error('it was asked'));

  expect(await purgedAmong(['there'], known('there'), { wasRemoved })).toEqual([]);
});

test('tells what it has learnt where the store stops answering', async () => {
  const wasRemoved = (id: string) =>
    id === 'gone' ? Promise.resolve(true) : Promise.reject(new StoreUnavailable('no leader'));

  expect(await purgedAmong(['gone', 'other'], known(), { wasRemoved })).toEqual(['gone']);
});
