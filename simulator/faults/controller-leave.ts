import { type FaultKind, span } from './fault.ts';
import { targetsController } from './problems.ts';

/** A controller is stopped as an operator does it: it hands its shards over, and comes back later. */
export const controllerLeave: FaultKind = {
  name: 'controller-leave',
  summary: 'A controller hands its shards over, stops, and starts again.',
  draw: (stream, frame) => ({
    kind: 'controller-leave',
    ...span(stream, frame, [200, 6_000]),
    target: stream.pick(frame.controllers),
    variant: '',
  }),
  problem: targetsController,
  start: (world, { target }) => world.background(world.controllerHost(target).leave()),
  stop: (world, { target }) => {
    // Whatever it was doing: a service manager kills what does not stop in time.
    world.controllerHost(target).kill();
    world.background(world.controllerHost(target).start());
  },
  heal: (world, { controllers }) => {
    for (const id of controllers) world.background(world.controllerHost(id).start());
  },
  row: ({ target }) => target,
};
