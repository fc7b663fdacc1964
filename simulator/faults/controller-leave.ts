import { type FaultKind, span } from './fault.ts';

/** A controller is stopped as an operator does it: it hands its shards over, and comes back later. */
export const controllerLeave: FaultKind = {
  name: 'controller-leave',
  draw: (stream, frame) => ({
    kind: 'controller-leave',
    ...span(stream, frame, [200, 6_000]),
    target: stream.pick(frame.controllers),
    variant: '',
  }),
  begin: (world, { target }) => world.background(world.controllerHost(target).leave()),
  end: (world, { target }) => {
    // Whatever it was doing: a service manager kills what does not stop in time.
    world.controllerHost(target).kill();
    world.background(world.controllerHost(target).start());
  },
};
