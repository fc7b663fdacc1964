import type { BucketName } from '../world/events.ts';
import type { StoreFailure } from '../world/store/virtual-store.ts';
import { buckets } from './buckets.ts';
import { type Fault, type FaultKind, storeRow } from './fault.ts';
import { choice, firstOf, targetAmong } from './problems.ts';

const failures: readonly StoreFailure[] = ['unavailable', 'unknown-committed', 'unknown-lost'];

/** The next few writes to a bucket fail: refused, or without an acknowledgement. */
export const storeFailure: FaultKind = {
  name: 'store-failure',
  summary:
    'The next writes to a bucket are refused, committed without an answer, or lost without an answer.',
  draw: (stream, frame): Fault => ({
    kind: 'store-failure',
    atMs: stream.between(0, frame.untilMs),
    forMs: 0,
    target: stream.pick(buckets),
    variant: Array.from({ length: stream.integer(1, 4) }, () => stream.pick(failures)).join(' '),
  }),
  problem: firstOf(
    (fault) => targetAmong(fault, buckets),
    ({ variant }) => {
      const wrong = variant.split(' ').find((word) => !isFailure(word));
      return wrong === undefined
        ? null
        : { key: 'variant', message: `'${wrong}' must be ${choice(failures)}` };
    },
  ),
  start: (world, { target, variant }) => {
    for (const failure of variant.split(' ')) {
      world.stores[target as BucketName].failNext(failure as StoreFailure);
    }
  },
  stop: () => undefined,
  isPending: (world, { target }) => world.stores[target as BucketName].failuresLeft > 0,
  heal: (world) => {
    for (const bucket of buckets) world.stores[bucket].failNoMore();
  },
  row: () => storeRow,
};

const isFailure = (word: string): boolean => failures.some((failure) => failure === word);
