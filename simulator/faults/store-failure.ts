import type { StoreFailure } from '../../src/adapters/memory-store.ts';
import type { BucketName } from '../world/events.ts';
import type { Fault, FaultKind } from './fault.ts';

const buckets: readonly BucketName[] = ['desired', 'binding', 'liveness', 'shards'];
const failures: readonly StoreFailure[] = ['unavailable', 'unknown-committed', 'unknown-lost'];

/** The next few writes to a bucket fail: refused, or without an acknowledgement. */
export const storeFailure: FaultKind = {
  name: 'store-failure',
  draw: (stream, frame): Fault => ({
    kind: 'store-failure',
    atMs: stream.between(0, frame.untilMs),
    forMs: 0,
    target: stream.pick(buckets),
    variant: Array.from({ length: stream.integer(1, 4) }, () => stream.pick(failures)).join(' '),
  }),
  begin: (world, { target, variant }) => {
    for (const failure of variant.split(' ')) {
      world.stores[target as BucketName].failNext(failure as StoreFailure);
    }
  },
  end: () => undefined,
};
