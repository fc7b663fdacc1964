import { agentCrash } from '../faults/agent-crash.ts';
import { agentCut } from '../faults/agent-cut.ts';
import { agentStalls } from '../faults/agent-stalls.ts';
import { leasedWorld } from './leased-world.ts';

/**
 * Agents stand still between the sum of a renewal and its call until just before their address would have
 * gone, and crash a moment after the call; they are cut off, so that nothing else is renewed. The times
 * are those of the preset for sites apart.
 */
export const lateCallsScenario = leasedWorld({
  name: 'late-calls',
  summary: 'agents prolong their addresses as late as that is possible, and die',
  promise: 'What was prolonged late ends with the lease all the same.',
  untilMs: 45_000,
  faults: (draws, { ids }) =>
    ids.slice(0, 4).flatMap((target) => {
      const atMs = 8_000 + draws.between(0, 2_000);
      const forMs = draws.between(7_500, 8_500);
      const crashes = { atMs: atMs + forMs + 100, forMs: 20_000, variant: '' };
      // Once the acknowledgement that is worked on has come for sure.
      const cut = { atMs: atMs + 2_200, forMs: 10_000, variant: 'both' };
      return [
        { kind: agentStalls.name, atMs, forMs, target, variant: 'before prolong' },
        { kind: agentCut.name, ...cut, target },
        { kind: agentCrash.name, ...crashes, target },
      ];
    }),
});
