import { hostDies } from '../faults/host-dies.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import { faultFrame, type Scenario, smallSize } from './scenario.ts';

const untilMs = 20_000;

/** One host is gone for good, and nobody brings anything back. */
export const hostDiesScenario: Scenario = {
  name: 'host-dies',
  summary: 'a host dies with its agents and what they run there, and never comes back',
  promise:
    'All load balancers of a host that is gone for good move to other agents that reach their device; those that can not leave it wait for it, and say so.',
  size: smallSize,
  plan(stream, planFrame) {
    const { loadBalancers } = planFrame;
    const frame = faultFrame(planFrame, 3_000, 12_000);
    const death = { ...hostDies.draw(stream('faults'), frame), forMs: null };
    const frameOfWork = {
      loadBalancers,
      createdByMs: 5_000,
      untilMs,
      editsMax: 4,
      deletedShare: 0.2,
    };
    const provider = drawProviders(stream('providers'), { host: 0.3 });
    const work = drawWork(stream('workload'), frameOfWork, provider);
    return { work, faults: [death], untilMs };
  },
};
