import { type FaultKind, span } from './fault.ts';

/** The controller loses its connection to the bus, while its stores stay within reach. */
export const controllerDisconnect: FaultKind = {
  name: 'controller-disconnect',
  draw: (stream, frame) => ({
    kind: 'controller-disconnect',
    ...span(stream, frame, [50, 6_000]),
    target: 'controller-1',
    variant: stream.pick(['Stale Connection', 'Read Error']),
  }),
  begin: (world, { variant }) => world.controllerHost.disconnect(variant),
  end: (world) => world.controllerHost.reconnect(),
};
