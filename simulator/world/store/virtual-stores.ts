import type { Clock } from '../../../machines/ports/clock.ts';
import { bucketNames, type StoreChange, type Stores } from '../../../src/ports/store.ts';
import { type Loss, VirtualStore, type VirtualStoreOptions } from './virtual-store.ts';

/** The stores of a world, with the hooks of its faults. */
export type VirtualStores = { readonly [bucket in keyof Stores]: VirtualStore };

/** One store for each bucket; `onCommitted` and `onLost` are told which. */
export function virtualStores(
  clock: Clock,
  options: Omit<VirtualStoreOptions, 'bucket' | 'onCommitted' | 'onLost'> & {
    readonly onCommitted?: (bucket: keyof Stores, change: StoreChange, by: string) => void;
    readonly onLost?: (bucket: keyof Stores, loss: Loss) => void;
  } = {},
): VirtualStores {
  const { onCommitted, onLost, ...rest } = options;
  const entries = bucketNames.map((bucket) => [
    bucket,
    new VirtualStore(clock, {
      ...rest,
      bucket,
      onCommitted: (change, by) => onCommitted?.(bucket, change, by),
      onLost: (loss) => onLost?.(bucket, loss),
    }),
  ]);
  return Object.fromEntries(entries) as VirtualStores;
}

/** The stores as this process sees them. */
export function storesAs(stores: VirtualStores, process: string): Stores {
  const entries = bucketNames.map((bucket) => [bucket, stores[bucket].as(process)]);
  return Object.fromEntries(entries) as Stores;
}
