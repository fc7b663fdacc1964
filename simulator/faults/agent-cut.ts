import { directions, type Silence } from '../world/silence.ts';
import { cutOff } from './cut-off.ts';
import { disturbing } from './disturbing.ts';
import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsAgent, variantAmong } from './problems.ts';

/** The network loses what goes to an agent, from it, or both, and tells nobody. */
export const agentCut: FaultKind = {
  name: 'agent-cut',
  summary: 'The network loses what goes to an agent, from it, or both, and tells nobody.',
  draw: (stream, frame) => ({
    kind: 'agent-cut',
    ...span(stream, frame, [200, 8_000]),
    target: stream.pick(frame.agents),
    variant: stream.pick(directions),
  }),
  problem: firstOf(targetsAgent, variantAmong(directions)),
  ...disturbing((world, fault) => cutOff(world, fault, fault.target, fault.variant as Silence)),
  row: ({ target }) => target,
};
