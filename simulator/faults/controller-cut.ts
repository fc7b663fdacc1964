import { directions, type Direction } from '../world/network.ts';
import { type FaultKind, span } from './fault.ts';

/** The network loses what goes to a controller, from it, or both, and tells nobody. */
export const controllerCut: FaultKind = {
  name: 'controller-cut',
  draw: (stream, frame) => ({
    kind: 'controller-cut',
    ...span(stream, frame, [200, 8_000]),
    target: stream.pick(frame.controllers),
    variant: stream.pick(directions),
  }),
  begin: (world, { target, variant }) => world.network.cut(target, variant as Direction),
  end: (world, { target }) => world.network.mend(target),
};
