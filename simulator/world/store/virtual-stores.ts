import type { Clock } from '../../../machines/ports/clock.ts';
import { bucketNames, type StoreChange, type Stores } from '../../../src/ports/store.ts';
import { VirtualStore, type VirtualStoreOptions } from './virtual-store.ts';

/** The stores of a world, with the hooks of its faults. */
export type VirtualStores = { readonly [bucket in keyof Stores]: VirtualStore };

/** One store for each bucket; `onCommitted` is told which. */
export function virtualStores(
  clock: Clock,
  options: Omit<VirtualStoreOptions, 'bucket' | 'onCommitted'> & {
    readonly onCommitted?: (bucket: keyof Stores, change: StoreChange) => void;
  } = {},
): VirtualStores {
  const { onCommitted, ...rest } = options;
  const entries = bucketNames.map((bucket) => [
    bucket,
    new VirtualStore(clock, {
      ...rest,
      bucket,
      onCommitted: (change) => onCommitted?.(bucket, change),
    }),
  ]);
  return Object.fromEntries(entries) as VirtualStores;
}

/** The stores as this process sees them. */
export function storesAs(stores: VirtualStores, process: string): Stores {
  const entries = bucketNames.map((bucket) => [bucket, stores[bucket].as(process)]);
  return Object.fromEntries(entries) as Stores;
}
