import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsAgent, variantAmong } from './problems.ts';

const moments = ['before', 'after'] as const;

/**
 * An agent's process stands still between the sum of how long an address may stay and the call that says
 * so to the kernel, or between that call and the look at the clock behind it: where a renewal is late.
 */
export const agentStalls: FaultKind = {
  name: 'agent-stalls',
  summary: 'An agent stands still just before, or just after, it prolongs its addresses.',
  needsVips: true,
  draw: (stream, frame) => ({
    kind: 'agent-stalls',
    ...span(stream, frame, [1_000, 9_000]),
    target: stream.pick(frame.agents),
    variant: stream.pick(moments),
  }),
  problem: firstOf(targetsAgent, variantAmong(moments)),
  start: (world, { target, variant }) =>
    world.agentHost(target).stallAt(variant === 'after' ? 'after' : 'before'),
  stop: (world, { target }) => world.agentHost(target).stallNoMore(),
  heal: (world, { agents }) => {
    for (const id of agents) world.agentHost(id).stallNoMore();
  },
  row: ({ target }) => target,
};
