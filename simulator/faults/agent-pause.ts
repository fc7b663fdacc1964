import { type FaultKind, span } from './fault.ts';
import { targetsAgent } from './problems.ts';

/** An agent's process stands still, and goes on later as if nothing had been: the zombie holder. */
export const agentPause: FaultKind = {
  name: 'agent-pause',
  summary: "An agent's process stands still and goes on: the zombie holder.",
  draw: (stream, frame) => ({
    kind: 'agent-pause',
    ...span(stream, frame, [100, 8_000]),
    target: stream.pick(frame.agents),
    variant: '',
  }),
  problem: targetsAgent,
  start: (world, { target }) => world.agentHost(target).pause(),
  stop: (world, { target }) => world.agentHost(target).resume(),
  heal: (world, { agents }) => {
    for (const id of agents) world.agentHost(id).resume();
  },
  row: ({ target }) => target,
};
