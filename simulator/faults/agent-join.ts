import type { FaultKind } from './fault.ts';
import { targetsAgent } from './problems.ts';

/** An agent that was not there before starts: no fault, but what a fleet has to cope with as well. */
export const agentJoin: FaultKind = {
  name: 'agent-join',
  summary: 'An agent starts that is not there yet, or was stopped.',
  draw: (stream, frame) => ({
    kind: 'agent-join',
    atMs: stream.between(frame.fromMs, frame.untilMs),
    forMs: 0,
    target: stream.pick(frame.agents),
    variant: '',
  }),
  problem: targetsAgent,
  start: (world, { target }) => world.background(world.agentHost(target).start()),
  stop: () => undefined,
  heal: (world, { agents }) => {
    for (const id of agents) world.background(world.agentHost(id).start());
  },
  row: ({ target }) => target,
};
