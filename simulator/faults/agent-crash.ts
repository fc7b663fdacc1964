import { type FaultKind, span } from './fault.ts';

/** An agent's process is killed, and comes back later with its disk. */
export const agentCrash: FaultKind = {
  name: 'agent-crash',
  draw: (stream, frame) => ({
    kind: 'agent-crash',
    ...span(stream, frame, [5, 6_000]),
    target: stream.pick(frame.agents),
    variant: '',
  }),
  begin: (world, { target }) => world.agentHost(target).kill(),
  end: (world, { target }) => world.background(world.agentHost(target).start()),
};
