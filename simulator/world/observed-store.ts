import {
  bucketNames,
  type Store,
  type Stores,
  StoreUnavailable,
  UnknownOutcome,
  type WriteResult,
} from '../../src/ports/store.ts';
import type { BucketName, WriteOutcome } from './events.ts';

/** What became of one attempt to write, as its process knows it. */
export interface Attempt {
  readonly key: string;
  readonly writeId: string;
  readonly askedAtMs: number;
  readonly outcome: WriteOutcome;
  readonly revision: number | null;
}

/** Who is told of what processes come to know of a bucket. */
export interface StoreObserver {
  /** Null: that it was removed. */
  learnt(bucket: BucketName, key: string, value: string | null): void;
  written(bucket: BucketName, attempt: Attempt): void;
  nowMs(): number;
}

/**
 * The very stores, telling each committed value at the moment at which a process can first know that
 * it is committed: by an acknowledgement, a read or a watch.
 */
export function observedStores(stores: Stores, observer: StoreObserver): Stores {
  const wrapped = bucketNames.map(
    (bucket) => [bucket, observed(stores[bucket], bucket, observer)] as const,
  );
  return Object.fromEntries(wrapped) as unknown as Stores;
}

function observed(store: Store, bucket: BucketName, observer: StoreObserver): Store {
  const told = async (
    key: string,
    writeId: string,
    write: () => Promise<WriteResult>,
  ): Promise<WriteResult> => {
    const askedAtMs = observer.nowMs();
    const tell = (outcome: WriteOutcome, revision: number | null): void =>
      observer.written(bucket, { key, writeId, askedAtMs, outcome, revision });
    try {
      const result = await write();
      tell(result.committed ? 'committed' : 'refused', result.committed ? result.revision : null);
      return result;
    } catch (error) {
      if (error instanceof UnknownOutcome) tell('unknown', null);
      else if (error instanceof StoreUnavailable) tell('unavailable', null);
      throw error;
    }
  };
  return {
    wasRemoved: (key) => store.wasRemoved(key),
    async get(key, after) {
      const entry = await store.get(key, after);
      if (entry !== null) observer.learnt(bucket, key, entry.value);
      return entry;
    },
    newest: () => store.newest(),
    async create(key, value, writeId) {
      const result = await told(key, writeId, () => store.create(key, value, writeId));
      if (result.committed) observer.learnt(bucket, key, value);
      return result;
    },
    async update(key, value, revision, writeId) {
      const result = await told(key, writeId, () => store.update(key, value, revision, writeId));
      if (result.committed) observer.learnt(bucket, key, value);
      return result;
    },
    async remove(key, revision, writeId) {
      const result = await told(key, writeId, () => store.remove(key, revision, writeId));
      if (result.committed) observer.learnt(bucket, key, null);
      return result;
    },
    watch: (onChange, onReady, onRewound) =>
      store.watch(
        (change) => {
          observer.learnt(bucket, change.key, change.type === 'put' ? change.value : null);
          onChange(change);
        },
        onReady,
        onRewound,
      ),
  };
}
