import type { Store } from '../ports/store.ts';

/**
 * The store for records whose keys are never used again (rule R8): what was removed can't be created
 * a second time, not even by an owner that has not yet heard of the removal. A removed key keeps the
 * revision of its removal, so only a key that never was has none.
 */
export function withoutRebirth(store: Store): Store {
  return {
    get: (key) => store.get(key),
    create: (key, value, writeId) => store.update(key, value, 0, writeId),
    update: (key, value, revision, writeId) => store.update(key, value, revision, writeId),
    remove: (key, revision, writeId) => store.remove(key, revision, writeId),
    watch: (onChange, onReady) => store.watch(onChange, onReady),
  };
}
