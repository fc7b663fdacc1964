import { agentDisconnect } from '../faults/agent-disconnect.ts';
import { type Scenario, smallSize } from '../scenarios/scenario.ts';
import { drawProviders, drawWork } from '../workload/work.ts';

const untilMs = 50_000;
const firstMs = 6_000;
const everyMs = 14_000;

/** Agents lose NATS but not their appliance, on which they find what others have written since. */
export const cutOffWritersScenario: Scenario = {
  name: 'cut-off-writers',
  summary:
    'one agent after the other loses NATS for a while, and reaches its appliance all the same',
  promise: 'Who is cut off writes no more once its lease is over, and nobody else does before.',
  size: { ...smallSize, loadBalancers: 12, unfenced: true },
  plan(stream, { ids, loadBalancers }) {
    const draws = stream('faults');
    const faults = ids.map((target, index) => {
      const atMs = firstMs + index * everyMs + draws.between(0, 3_000);
      const forMs = draws.between(7_000, 10_000);
      return { kind: agentDisconnect.name, atMs, forMs, target, variant: 'Read Error' };
    });
    const work = drawWork(
      stream('workload'),
      { loadBalancers, createdByMs: 3_000, untilMs, editsMax: 8, deletedShare: 0 },
      drawProviders(stream('providers'), { unfenced: 1 }),
    );
    return { work, faults, untilMs };
  },
};
