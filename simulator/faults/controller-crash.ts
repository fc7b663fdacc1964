import { type FaultKind, span } from './fault.ts';

/** The controller's process is killed, and comes back with nothing but the stores. */
export const controllerCrash: FaultKind = {
  name: 'controller-crash',
  draw: (stream, frame) => ({
    kind: 'controller-crash',
    ...span(stream, frame, [1, 5_000]),
    target: 'controller-1',
    variant: '',
  }),
  begin: (world) => world.controllerHost.kill(),
  end: (world) => world.background(world.controllerHost.start()),
};
