import { type FaultKind, span } from './fault.ts';

/** A controller's process is killed, and comes back with nothing but the stores. */
export const controllerCrash: FaultKind = {
  name: 'controller-crash',
  draw: (stream, frame) => ({
    kind: 'controller-crash',
    ...span(stream, frame, [1, 5_000]),
    target: stream.pick(frame.controllers),
    variant: '',
  }),
  begin: (world, { target }) => world.controllerHost(target).kill(),
  end: (world, { target }) => world.background(world.controllerHost(target).start()),
};
