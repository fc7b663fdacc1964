import { drainLeavesNoGap } from '../checkers/drain-leaves-no-gap.ts';
import { agentDrain } from '../faults/agent-drain.ts';
import { drawWork } from '../workload/work.ts';
import { type Scenario, smallSize } from './scenario.ts';

const untilMs = 50_000;
/** One after the other, as an operator updates them. */
const firstMs = 6_000;
const everyMs = 14_000;
/** Longer than a goodbye may take, so that nothing but it decides. */
const lastsMs = 11_000;

export const drainScenario: Scenario = {
  name: 'drain',
  summary: 'one agent after the other is stopped with a goodbye and started again',
  promise:
    'Everything moves before an agent stops: no load balancer waits for a seat, and no request of a client fails.',
  size: smallSize,
  checkers: [drainLeavesNoGap],
  plan(stream, { ids, loadBalancers }) {
    const faults = ids.slice(0, 3).map((target, index) => ({
      kind: agentDrain.name,
      atMs: firstMs + index * everyMs,
      forMs: lastsMs,
      target,
      variant: '',
    }));
    const work = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs: 10_000,
      untilMs,
      editsMax: 6,
      deletedShare: 0.2,
    });
    return { work, faults, untilMs };
  },
};
