import { type FaultKind, span } from './fault.ts';

/** An agent's process stands still, and goes on later as if nothing had been: the zombie holder. */
export const agentPause: FaultKind = {
  name: 'agent-pause',
  draw: (stream, frame) => ({
    kind: 'agent-pause',
    ...span(stream, frame, [100, 8_000]),
    target: stream.pick(frame.agents),
    variant: '',
  }),
  begin: (world, { target }) => world.agentHost(target).pause(),
  end: (world, { target }) => world.agentHost(target).resume(),
};
