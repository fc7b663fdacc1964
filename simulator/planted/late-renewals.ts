import { agentStalls } from '../faults/agent-stalls.ts';
import { defaultSize, type Scenario } from '../scenarios/scenario.ts';
import { drawProviders, drawWork } from '../workload/work.ts';

const untilMs = 30_000;
const firstMs = 5_000;
const everyMs = 12_000;

/** Agents stand still over a renewal until what they held has long been taken over. */
export const lateRenewalsScenario: Scenario = {
  name: 'late-renewals',
  summary: 'agents prolong their addresses long after their lease has ended',
  promise: 'What is gone from an interface does not come back to it.',
  size: { ...defaultSize, agentsPerHost: 1, loadBalancers: 12, vips: true },
  plan(stream, { ids, loadBalancers }) {
    const draws = stream('faults');
    const faults = ids.slice(0, 2).map((target, index) => ({
      kind: agentStalls.name,
      atMs: firstMs + index * everyMs,
      forMs: draws.between(7_000, 10_000),
      target,
      variant: 'before prolong',
    }));
    const work = drawWork(
      stream('workload'),
      { loadBalancers, createdByMs: 3_000, untilMs, editsMax: 1, deletedShare: 0 },
      drawProviders(stream('providers'), { vip: 1 }),
    );
    return { work, faults, untilMs };
  },
};
