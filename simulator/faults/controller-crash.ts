import { type FaultKind, span } from './fault.ts';
import { targetsController } from './problems.ts';

/** A controller's process is killed, and comes back with nothing but the stores. */
export const controllerCrash: FaultKind = {
  name: 'controller-crash',
  summary: "A controller's process is killed, and starts again with nothing but the stores.",
  draw: (stream, frame) => ({
    kind: 'controller-crash',
    ...span(stream, frame, [1, 5_000]),
    target: stream.pick(frame.controllers),
    variant: '',
  }),
  problem: targetsController,
  start: (world, { target }) => world.controllerHost(target).kill(),
  stop: (world, { target }) => world.background(world.controllerHost(target).start()),
  heal: (world, { controllers }) => {
    for (const id of controllers) world.background(world.controllerHost(id).start());
  },
  row: ({ target }) => target,
};
