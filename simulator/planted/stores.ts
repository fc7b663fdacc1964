import type { Clock } from '../../machines/ports/clock.ts';
import { type Store, type Stores, StoreUnavailable } from '../../src/ports/store.ts';
import { desiredOf } from '../evidence/records.ts';

/** Loses every third new desired record, some time after it was acknowledged. */
export function losesRecords(stores: Stores, clock: Clock): Stores {
  let creations = 0;
  return replaced(stores, 'desired', (store) => ({
    async update(key, value, revision, writeId) {
      const result = await store.update(key, value, revision, writeId);
      if (revision === 0) creations += 1;
      if (revision === 0 && result.committed && creations % 3 === 0) {
        clock.setTimer(2_000, () => {
          void store.get(key).then((entry) => {
            if (entry !== null) return store.remove(key, entry.revision, `lost-${key}`);
            return undefined;
          });
        });
      }
      return result;
    },
  }));
}

/** Acknowledges edits of documents, and keeps the words that were there before. */
export function keepsOldDescriptions(stores: Stores): Stores {
  return replaced(stores, 'desired', (store) => ({
    update(key, value, revision, writeId) {
      const record = desiredOf(value);
      const document = { ...record.document, description: '' };
      return store.update(key, JSON.stringify({ ...record, document }), revision, writeId);
    },
  }));
}

/** Forgets the limits of listeners whenever something else is edited. */
export function changesLimits(stores: Stores): Stores {
  return replaced(stores, 'desired', (store) => ({
    update(key, value, revision, writeId) {
      const written =
        revision === 0 ? value : value.replace(/"connection_limit":-?\d+/, '"connection_limit":7');
      return store.update(key, written, revision, writeId);
    },
  }));
}

/**
 * Somebody else edits now and then just before an edit, and whoever loses that race takes the generation
 * that he finds for his own (V7).
 */
export function trustsGenerations(stores: Stores): Stores {
  let edits = 0;
  return replaced(stores, 'desired', (store) => ({
    async update(key, value, revision, writeId) {
      const record = desiredOf(value);
      if (revision === 0 || record.status !== 'live') {
        return store.update(key, value, revision, writeId);
      }
      edits += 1;
      const held = await store.get(key);
      if (edits % 2 === 0 && held?.revision === revision) {
        const { document, operationIds } = desiredOf(held.value);
        const other = { ...record, document, operationIds, write: `other-${writeId}` };
        await store.update(key, JSON.stringify(other), revision, other.write);
      }
      const result = await store.update(key, value, revision, writeId);
      if (result.committed) return result;
      const found = await store.get(key);
      const isThere = found !== null && desiredOf(found.value).generation >= record.generation;
      return isThere ? { committed: true, revision: found.revision } : result;
    },
  }));
}

/** Shows whoever starts to watch the first value that a binding record ever had, as if it were the newest. */
export function rollsBackBindings(stores: Stores): Stores {
  const first = new Map<string, string>();
  return replaced(stores, 'binding', (store) => ({
    update(key, value, revision, writeId) {
      if (revision === 0) first.set(key, value);
      return store.update(key, value, revision, writeId);
    },
    watch(onChange, onReady) {
      let ready = false;
      return store.watch(
        (change) => {
          const value = ready ? undefined : first.get(change.key);
          onChange(change.type === 'put' && value !== undefined ? { ...change, value } : change);
        },
        (revision) => {
          ready = true;
          onReady(revision);
        },
      );
    },
  }));
}

/** Acknowledges binding writes before they are committed. */
export function acknowledgesEarly(stores: Stores): Stores {
  return replaced(stores, 'binding', (store) => {
    // Behind the back of its caller, in order for each key.
    const tails = new Map<string, Promise<number>>();
    return {
      async update(key, value, revision, writeId) {
        const tail = tails.get(key) ?? Promise.resolve(revision);
        tails.set(
          key,
          tail.then(async (known) => revisionOf(await store.update(key, value, known, writeId))),
        );
        return Promise.resolve({ committed: true, revision: revision + 1 });
      },
    };
  });
}

/** Writes shards' records over whatever has changed since they were read. */
export function overwritesShards(stores: Stores): Stores {
  return replaced(stores, 'shards', (store) => ({
    async update(key, value, revision, writeId) {
      const newest = (await store.get(key))?.revision ?? revision;
      return store.update(key, value, newest, writeId);
    },
  }));
}

/** Never tells watchers that a shard was let go, once everything has come up. */
export function hidesFreeShards(stores: Stores, clock: Clock): Stores {
  const upMs = clock.monotonicMs() + 5_000;
  return replaced(stores, 'shards', (store) => ({
    watch: (onChange, onReady) =>
      store.watch((change) => {
        const free = change.type === 'put' && change.value.includes('"owner":null');
        if (!free || clock.monotonicMs() < upMs) onChange(change);
      }, onReady),
  }));
}

/** Tells nobody by when what is under way must have ended, so that whoever takes over can't know. */
export function forgetsDeadlines(stores: Stores): Stores {
  return replaced(stores, 'binding', (store) => ({
    watch: (onChange, onReady) =>
      store.watch((change) => {
        if (change.type !== 'put') onChange(change);
        else {
          const value = change.value.replace(/"deadlineAt":\d+/, '"deadlineAt":null');
          onChange({ ...change, value });
        }
      }, onReady),
  }));
}

/** Gives an address to everybody who asks for it, and tells nobody that it is taken. */
export function givesAddressesTwice(stores: Stores): Stores {
  return replaced(stores, 'vips', (store) => ({
    async create(key, value, writeId) {
      const result = await store.create(key, value, writeId);
      return result.committed ? result : { committed: true, revision: 1 };
    },
    watch: (_, onReady) => store.watch(() => undefined, onReady),
  }));
}

/** Says that nothing is new where it can't tell what is: after a reconnect, while its watch is behind. */
export function hasNothingNewToTell(stores: Stores): Stores {
  return replaced(stores, 'desired', (store) => ({
    newest: () =>
      store.newest().catch((error: unknown) => {
        if (error instanceof StoreUnavailable) return 0;
        throw error;
      }),
  }));
}

function revisionOf(result: Awaited<ReturnType<Store['update']>>): number {
  return result.committed ? result.revision : 0;
}

/** The same stores, with another behaviour of one bucket. */
export function replaced(
  stores: Stores,
  bucket: keyof Stores,
  change: (store: Store) => Partial<Store>,
): Stores {
  return { ...stores, [bucket]: { ...stores[bucket], ...change(stores[bucket]) } };
}
