import { agentCrash } from '../faults/agent-crash.ts';
import { leasedWorld } from './leased-world.ts';

/** Agents are back before their lease has ended, and die once more when that one has lapsed. */
export const diesAgainScenario = leasedWorld({
  name: 'dies-again',
  summary: 'agents crash, are back within their lease, and crash again after that has lapsed',
  promise: 'The lapse of one incarnation says nothing of the next one.',
  untilMs: 25_000,
  faults: (draws, { ids }) =>
    ids.slice(0, 3).flatMap((target, index) => {
      const atMs = 5_000 + index * 3_000;
      const again = { atMs: atMs + draws.between(7_000, 9_000), forMs: 5_000 };
      return [
        { kind: agentCrash.name, atMs, forMs: draws.between(100, 400), target, variant: '' },
        { kind: agentCrash.name, ...again, target, variant: '' },
      ];
    }),
});
