import { directions, type Silence } from '../world/silence.ts';
import { cutOff } from './cut-off.ts';
import { disturbing } from './disturbing.ts';
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
  ...disturbing((world, fault) => cutOff(world, fault, fault.target, fault.variant as Silence)),
  row: ({ target }) => target,
};
