import { type FaultKind, span } from './fault.ts';
import { targetsAgent } from './problems.ts';

/** An agent is stopped as an operator does it: it says goodbye, and its load moves first. */
export const agentDrain: FaultKind = {
  name: 'agent-drain',
  summary: 'An agent is stopped with a goodbye, and starts again.',
  draw: (stream, frame) => ({
    kind: 'agent-drain',
    ...span(stream, frame, [500, 8_000]),
    target: stream.pick(frame.agents),
    variant: '',
  }),
  problem: targetsAgent,
  start: (world, { target }) => world.background(world.agentHost(target).stop()),
  stop: (world, { target }) => {
    // Whatever it was doing: a service manager kills what does not stop in time.
    world.agentHost(target).kill();
    world.background(world.agentHost(target).start());
  },
  heal: (world, { agents }) => {
    for (const id of agents) world.background(world.agentHost(id).start());
  },
  row: ({ target }) => target,
};
