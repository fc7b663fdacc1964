import { releases } from '../world/releases.ts';
import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsController, variantAmong } from './problems.ts';

/** A controller is stopped, and starts again as another release, while others still are what they were. */
export const controllerUpgrade: FaultKind = {
  name: 'controller-upgrade',
  summary: 'A controller hands its shards over, stops, and starts again as another release.',
  draw: (stream, frame) => ({
    kind: 'controller-upgrade',
    ...span(stream, frame, [200, 4_000]),
    target: stream.pick(frame.controllers),
    // Neighbours only: the release after the next one must not run beside the present one.
    variant: stream.pick(['present', 'next']),
  }),
  problem: firstOf(targetsController, variantAmong(releases)),
  start: (world, { target }) => world.background(world.controllerHost(target).leave()),
  stop(world, { target, variant }) {
    const host = world.controllerHost(target);
    host.kill();
    host.install(releases.find((each) => each === variant) ?? 'present');
    world.background(host.start());
  },
  heal: (world, { controllers }) => {
    for (const id of controllers) world.background(world.controllerHost(id).start());
  },
  row: ({ target }) => target,
};
