import {
  bucketNames,
  type Store,
  type Stores,
  StoreUnavailable,
  type WriteResult,
} from '../../../src/ports/store.ts';

/** Which buckets take no writes for now. */
export type Outages = Set<keyof Stores>;

export const outages = (): Outages => new Set();

/** Stores whose writes are refused while their bucket stands in the set, as without a leader. */
export function withOutages(stores: Stores, down: Outages): Stores {
  const guarded = bucketNames.map(
    (bucket) => [bucket, guard(stores[bucket], bucket, down)] as const,
  );
  return Object.fromEntries(guarded) as unknown as Stores;
}

function guard(store: Store, bucket: keyof Stores, down: Outages): Store {
  const unless = (write: () => Promise<WriteResult>): Promise<WriteResult> =>
    down.has(bucket) ? Promise.reject(new StoreUnavailable(`${bucket} has no leader`)) : write();
  return {
    get: (key, after) => store.get(key, after),
    newest: () => store.newest(),
    wasRemoved: (key) => store.wasRemoved(key),
    create: (key, value, writeId) => unless(() => store.create(key, value, writeId)),
    update: (key, value, revision, writeId) =>
      unless(() => store.update(key, value, revision, writeId)),
    remove: (key, revision, writeId) => unless(() => store.remove(key, revision, writeId)),
    watch: (...told) => store.watch(...told),
  };
}
