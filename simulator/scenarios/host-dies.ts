import { agentCrash } from '../faults/agent-crash.ts';
import { drawWork } from '../workload/work.ts';
import { type Scenario, smallSize } from './scenario.ts';

const untilMs = 20_000;

/** One host is gone for good, and nobody brings anything back. */
export const hostDiesScenario: Scenario = {
  name: 'host-dies',
  summary: 'an agent dies together with its host, and never comes back',
  promise:
    'All load balancers of a host that is gone for good move to other agents that reach their device.',
  size: smallSize,
  plan(stream, { ids, controllerIds, loadBalancers }) {
    const frame = { fromMs: 3_000, untilMs: 12_000, agents: ids, controllers: controllerIds };
    const death = { ...agentCrash.draw(stream('faults'), frame), forMs: null };
    const work = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs: 5_000,
      untilMs,
      editsMax: 4,
      deletedShare: 0.2,
    });
    return { work, faults: [death], untilMs };
  },
};
