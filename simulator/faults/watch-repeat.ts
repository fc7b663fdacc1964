import { bucketAndNumber, bucketsOrAll, linesNamed, variantIsBucketAndNumber } from './buckets.ts';
import type { FaultKind } from './fault.ts';
import { firstOf, targetsController } from './problems.ts';

/** A watch is told again what it knows, in order, as after a reconnect that begins too early. */
export const watchRepeat: FaultKind = {
  name: 'watch-repeat',
  summary: "A controller's watches of a bucket, or of all, are told again what was last written.",
  draw: (stream, frame) => ({
    kind: 'watch-repeat',
    atMs: stream.between(frame.fromMs, frame.untilMs),
    forMs: 0,
    target: stream.pick(frame.controllers),
    variant: `${stream.pick(bucketsOrAll)} ${stream.pick([1, 10, 1_000])}`,
  }),
  problem: firstOf(
    targetsController,
    variantIsBucketAndNumber('how many revisions are told again'),
  ),
  start: (world, { target, variant }) => {
    const { bucket, count } = bucketAndNumber(variant);
    for (const line of linesNamed(world, target, bucket)) line.repeat(count);
  },
  stop: () => undefined,
  heal: () => undefined,
  row: ({ target }) => target,
};
