import { directions, type Direction } from '../world/network.ts';
import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsController, variantAmong } from './problems.ts';

/** The network loses what goes to a controller, from it, or both, and tells nobody. */
export const controllerCut: FaultKind = {
  name: 'controller-cut',
  summary: 'The network loses what goes to a controller, from it, or both, and tells nobody.',
  draw: (stream, frame) => ({
    kind: 'controller-cut',
    ...span(stream, frame, [200, 8_000]),
    target: stream.pick(frame.controllers),
    variant: stream.pick(directions),
  }),
  problem: firstOf(targetsController, variantAmong(directions)),
  start: (world, { target, variant }) => world.network.cut(target, variant as Direction),
  stop: (world, { target }) => world.network.mend(target),
  heal: (world, { controllers }) => {
    for (const id of controllers) world.network.mend(id);
  },
  row: ({ target }) => target,
};
