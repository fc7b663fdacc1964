import { agentCut } from '../faults/agent-cut.ts';
import { controllerCrash } from '../faults/controller-crash.ts';
import { storeLeaderLost } from '../faults/store-leader-lost.ts';
import { leasedWorld } from './leased-world.ts';

/**
 * A judge declares an agent dead that is cut off, tells that its lease has lapsed, and dies with all other
 * controllers before either is on record: the next judge would acknowledge the incarnation again.
 */
export const forgottenVerdictsScenario = leasedWorld({
  name: 'forgotten-verdicts',
  summary: 'a lapse is told and acted on, and nobody remembers it when the agent is back',
  promise: 'What an agent held before its lease ended does not come back, whoever judges it then.',
  untilMs: 20_000,
  faults: (draws, { ids, controllerIds }) => [
    ...ids.slice(0, 2).map((target) => {
      const forMs = draws.between(6_300, 6_700);
      return { kind: agentCut.name, atMs: 6_000, forMs, target, variant: 'both' };
    }),
    { kind: storeLeaderLost.name, atMs: 7_800, forMs: 3_900, target: 'liveness', variant: '' },
    ...controllerIds.map((target) => ({
      kind: controllerCrash.name,
      atMs: 11_300,
      forMs: draws.between(100, 300),
      target,
      variant: '',
    })),
  ],
});
