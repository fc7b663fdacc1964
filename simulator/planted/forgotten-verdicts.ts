import { agentCut } from '../faults/agent-cut.ts';
import { controllerCrash } from '../faults/controller-crash.ts';
import { storePowerLoss } from '../faults/store-power-loss.ts';
import { leasedWorld } from './leased-world.ts';

/**
 * A judge declares agents dead that are cut off, and tells that their leases have lapsed. What they had has moved when the store
 * loses both words, and all controllers die: the next judge would acknowledge the same incarnations again.
 */
export const forgottenVerdictsScenario = leasedWorld({
  name: 'forgotten-verdicts',
  summary: 'a lapse is told and acted on, and nobody remembers it when the agent is back',
  promise: 'What an agent held before its lease ended does not come back, whoever judges it then.',
  untilMs: 22_000,
  faults: (draws, { ids, controllerIds }) => [
    ...ids.slice(0, 2).map((target) => {
      const forMs = draws.between(6_700, 7_100);
      return { kind: agentCut.name, atMs: 6_000, forMs, target, variant: 'both' };
    }),
    { kind: storePowerLoss.name, atMs: 12_000, forMs: 600, target: 'liveness', variant: '6000' },
    ...controllerIds.map((target) => ({
      kind: controllerCrash.name,
      atMs: 12_000,
      forMs: draws.between(100, 300),
      target,
      variant: '',
    })),
  ],
});
