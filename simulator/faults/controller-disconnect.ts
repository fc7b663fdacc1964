import { type FaultKind, span } from './fault.ts';

/** A controller loses its connection to the bus, while the stores stay within reach. */
export const controllerDisconnect: FaultKind = {
  name: 'controller-disconnect',
  draw: (stream, frame) => ({
    kind: 'controller-disconnect',
    ...span(stream, frame, [50, 6_000]),
    target: stream.pick(frame.controllers),
    variant: stream.pick(['Stale Connection', 'Read Error']),
  }),
  begin: (world, { target, variant }) => world.controllerHost(target).disconnect(variant),
  end: (world, { target }) => world.controllerHost(target).reconnect(),
};
