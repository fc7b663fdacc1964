import { createContext, useContext, useEffect, useReducer, useSyncExternalStore } from 'react';
import { every } from '../clock.ts';
import type { Store } from './store.ts';

export const StoreContext = createContext<Store | null>(null);

/** The store, and the version that is shown. The component is drawn again with each version. */
export function useStore(): { readonly store: Store; readonly version: number } {
  const store = useContext(StoreContext);
  if (store === null) throw new Error('a view is shown without a store');
  const version = useSyncExternalStore(store.subscribe, store.getVersion);
  return { store, version };
}

/** The time that is looked at, again and again: for what counts down while nothing happens. */
export function useNow(store: Store, everyMs = 500): number {
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => every(everyMs, again), [everyMs]);
  return store.nowMs;
}
