import { bucketAndNumber, bucketsOrAll, linesNamed, variantIsBucketAndNumber } from './buckets.ts';
import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsController } from './problems.ts';

/** A controller hears of what is written seconds later; its own reads and writes are not held up. */
export const watchLag: FaultKind = {
  name: 'watch-lag',
  summary: "A controller's watches of a bucket, or of all, are 0.2 to 10 seconds late.",
  draw: (stream, frame) => ({
    kind: 'watch-lag',
    ...span(stream, frame, [500, 10_000]),
    target: stream.pick(frame.controllers),
    variant: `${stream.pick(bucketsOrAll)} ${stream.pick([200, 1_000, 4_000, 10_000])}`,
  }),
  problem: firstOf(
    targetsController,
    variantIsBucketAndNumber('how many milliseconds its watch is late'),
  ),
  start: (world, { target, variant }) => {
    const { bucket, count } = bucketAndNumber(variant);
    for (const line of linesNamed(world, target, bucket)) line.lag(count);
  },
  stop: (world, { target, variant }) => {
    for (const line of linesNamed(world, target, bucketAndNumber(variant).bucket)) line.lag(0);
  },
  heal: (world, { controllers }) => {
    for (const id of controllers) {
      for (const line of linesNamed(world, id, 'all')) line.lag(0);
    }
  },
  row: ({ target }) => target,
};
