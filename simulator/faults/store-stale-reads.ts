import { linesNamed } from './buckets.ts';
import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsController, variantIsNumber } from './problems.ts';

/** The farthest that a deposed leader is behind before it notices. */
const behindMaxMs = 30_000;

/** A controller reads from a server that was the leader, and has not yet noticed that it is none. */
export const storeStaleReads: FaultKind = {
  name: 'store-stale-reads',
  summary: "A controller's reads are answered by a server that is behind by 0.5 to 10 seconds.",
  draw: (stream, frame) => ({
    kind: 'store-stale-reads',
    ...span(stream, frame, [500, 10_000]),
    target: stream.pick(frame.controllers),
    variant: String(stream.pick([500, 2_000, 10_000])),
  }),
  problem: firstOf(
    targetsController,
    variantIsNumber(1, behindMaxMs, `how many milliseconds it is behind, 1 to ${behindMaxMs}`),
  ),
  start: (world, { target, variant }) => {
    for (const line of linesNamed(world, target, 'all')) line.staleMs = Number(variant);
  },
  stop: (world, { target }) => {
    for (const line of linesNamed(world, target, 'all')) line.staleMs = 0;
  },
  heal: (world, { controllers }) => {
    for (const id of controllers) {
      for (const line of linesNamed(world, id, 'all')) line.staleMs = 0;
    }
  },
  row: ({ target }) => target,
};
