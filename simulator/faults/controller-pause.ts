import { type FaultKind, span } from './fault.ts';

/** The controller's process stands still: everybody is silent to it when it goes on. */
export const controllerPause: FaultKind = {
  name: 'controller-pause',
  draw: (stream, frame) => ({
    kind: 'controller-pause',
    ...span(stream, frame, [100, 6_000]),
    target: 'controller-1',
    variant: '',
  }),
  begin: (world) => world.controllerHost.pause(),
  end: (world) => world.controllerHost.resume(),
};
