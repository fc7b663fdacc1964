import { type FaultKind, span } from './fault.ts';
import { targetsController } from './problems.ts';

/** A controller's process stands still: everybody is silent to it when it goes on. */
export const controllerPause: FaultKind = {
  name: 'controller-pause',
  summary: "A controller's process stands still and goes on.",
  draw: (stream, frame) => ({
    kind: 'controller-pause',
    ...span(stream, frame, [100, 6_000]),
    target: stream.pick(frame.controllers),
    variant: '',
  }),
  problem: targetsController,
  start: (world, { target }) => world.controllerHost(target).pause(),
  stop: (world, { target }) => world.controllerHost(target).resume(),
  heal: (world, { controllers }) => {
    for (const id of controllers) world.controllerHost(id).resume();
  },
  row: ({ target }) => target,
};
