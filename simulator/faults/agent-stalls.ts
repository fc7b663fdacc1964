import { type StallMoment, stallMoments } from '../world/agent-host.ts';
import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsAgent, variantAmong } from './problems.ts';

/** What an agent does all the time; for the other moments something has to happen first. */
const often: readonly StallMoment[] = ['before prolong', 'after prolong', 'after heartbeat'];

/**
 * An agent's process stands still just before, or just after, it does something to its host's addresses
 * (between the sum of how long one may stay and the call that says so to the kernel, or between that call
 * and the look at the clock behind it), or with a heartbeat on its way.
 */
export const agentStalls: FaultKind = {
  name: 'agent-stalls',
  summary:
    'An agent stands still at a moment of its lease: around what it does to addresses, or with a heartbeat on its way.',
  needsVips: true,
  draw: (stream, frame) => ({
    kind: 'agent-stalls',
    ...span(stream, frame, [1_000, 9_000]),
    target: stream.pick(frame.agents),
    variant: stream.pick(often),
  }),
  problem: firstOf(targetsAgent, variantAmong(stallMoments)),
  start: (world, { target, variant }) => world.agentHost(target).stallAt(variant as StallMoment),
  stop: (world, { target }) => world.agentHost(target).stallNoMore(),
  heal: (world, { agents }) => {
    for (const id of agents) world.agentHost(id).stallNoMore();
  },
  row: ({ target }) => target,
};
