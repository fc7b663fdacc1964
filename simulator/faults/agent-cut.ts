import { type Direction, directions } from '../world/network.ts';
import { type FaultKind, span } from './fault.ts';

/** The network loses what goes to an agent, from it, or both, and tells nobody. */
export const agentCut: FaultKind = {
  name: 'agent-cut',
  draw: (stream, frame) => ({
    kind: 'agent-cut',
    ...span(stream, frame, [200, 8_000]),
    target: stream.pick(frame.agents),
    variant: stream.pick(directions),
  }),
  begin: (world, { target, variant }) => world.network.cut(target, variant as Direction),
  end: (world, { target }) => world.network.mend(target),
};
