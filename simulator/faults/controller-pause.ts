import { type FaultKind, span } from './fault.ts';

/** A controller's process stands still: everybody is silent to it when it goes on. */
export const controllerPause: FaultKind = {
  name: 'controller-pause',
  draw: (stream, frame) => ({
    kind: 'controller-pause',
    ...span(stream, frame, [100, 6_000]),
    target: stream.pick(frame.controllers),
    variant: '',
  }),
  begin: (world, { target }) => world.controllerHost(target).pause(),
  end: (world, { target }) => world.controllerHost(target).resume(),
};
