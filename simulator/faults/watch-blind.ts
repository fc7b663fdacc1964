import { bucketsOrAll, linesNamed } from './buckets.ts';
import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsController, variantAmong } from './problems.ts';

/**
 * The consumer behind a watch is gone, with the server that held it, and the watcher does not know. When
 * it finds out, it goes on behind the last revision that it saw: of each key, the newest is told.
 */
export const watchBlind: FaultKind = {
  name: 'watch-blind',
  summary:
    "A controller's watches of a bucket, or of all, hear nothing, and then go on behind what they saw last.",
  draw: (stream, frame) => ({
    kind: 'watch-blind',
    ...span(stream, frame, [200, 15_000]),
    target: stream.pick(frame.controllers),
    variant: stream.pick(bucketsOrAll),
  }),
  problem: firstOf(targetsController, variantAmong(bucketsOrAll)),
  start: (world, { target, variant }) => {
    for (const line of linesNamed(world, target, variant)) line.goBlind();
  },
  stop: (world, { target, variant }) => {
    for (const line of linesNamed(world, target, variant)) line.see();
  },
  heal: (world, { controllers }) => {
    for (const id of controllers) {
      for (const line of linesNamed(world, id, 'all')) line.see();
    }
  },
  row: ({ target }) => target,
};
