import { type FaultKind, span } from './fault.ts';
import { targetsAgent } from './problems.ts';

/** An agent's process is killed, and comes back later with its disk. */
export const agentCrash: FaultKind = {
  name: 'agent-crash',
  summary: "An agent's process is killed, and starts again with its disk.",
  draw: (stream, frame) => ({
    kind: 'agent-crash',
    ...span(stream, frame, [5, 6_000]),
    target: stream.pick(frame.agents),
    variant: '',
  }),
  problem: targetsAgent,
  start: (world, { target }) => world.agentHost(target).kill(),
  stop: (world, { target }) => world.background(world.agentHost(target).start()),
  heal: (world, { agents }) => {
    for (const id of agents) world.background(world.agentHost(id).start());
  },
  row: ({ target }) => target,
};
