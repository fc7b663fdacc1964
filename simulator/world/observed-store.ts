import { bucketNames, type Store, type Stores } from '../../src/ports/store.ts';
import type { BucketName } from './events.ts';

type Learnt = (bucket: BucketName, key: string, value: string) => void;

/**
 * The very stores, telling each committed value at the moment at which a process can first know that
 * it is committed: by an acknowledgement, a read or a watch.
 */
export function observedStores(stores: Stores, learnt: Learnt): Stores {
  const wrapped = bucketNames.map(
    (bucket) =>
      [bucket, observed(stores[bucket], (key, value) => learnt(bucket, key, value))] as const,
  );
  return Object.fromEntries(wrapped) as unknown as Stores;
}

function observed(store: Store, learnt: (key: string, value: string) => void): Store {
  return {
    async get(key) {
      const entry = await store.get(key);
      if (entry !== null) learnt(key, entry.value);
      return entry;
    },
    async create(key, value, writeId) {
      const result = await store.create(key, value, writeId);
      if (result.committed) learnt(key, value);
      return result;
    },
    async update(key, value, revision, writeId) {
      const result = await store.update(key, value, revision, writeId);
      if (result.committed) learnt(key, value);
      return result;
    },
    remove: (key, revision, writeId) => store.remove(key, revision, writeId),
    watch: (onChange, onReady) =>
      store.watch((change) => {
        if (change.type === 'put') learnt(change.key, change.value);
        onChange(change);
      }, onReady),
  };
}
