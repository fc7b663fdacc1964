import { agentCut } from '../faults/agent-cut.ts';
import { agentStalls } from '../faults/agent-stalls.ts';
import { leasedWorld } from './leased-world.ts';

/** Agents stand still with a heartbeat on its way, and hear its answer when what they held has moved. */
export const lateAnswersScenario = leasedWorld({
  name: 'late-answers',
  summary:
    'agents stand still with a heartbeat on its way, and hear its answer long after their lease has ended',
  promise: 'An acknowledgement is as old as the heartbeat that it answers.',
  untilMs: 30_000,
  faults: (draws, { ids }) =>
    ids.slice(0, 2).flatMap((target, index) => {
      const atMs = 6_000 + index * 12_000;
      const forMs = draws.between(6_500, 8_000);
      // The answer has come by then; nobody tells the agent meanwhile that it is over.
      const cut = { atMs: atMs + 2_000, forMs: 9_000 };
      return [
        { kind: agentStalls.name, atMs, forMs, target, variant: 'after heartbeat' },
        { kind: agentCut.name, ...cut, target, variant: 'both' },
      ];
    }),
});
