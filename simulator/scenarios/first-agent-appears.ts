import { waitsNoLongerThanNeeded } from '../checkers/waits-no-longer-than-needed.ts';
import { agentJoin } from '../faults/agent-join.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import { type Scenario, smallSize } from './scenario.ts';

const untilMs = 25_000;

/** Clients are there before anybody who could serve them. */
export const firstAgentAppearsScenario: Scenario = {
  name: 'first-agent-appears',
  summary: 'load balancers are created before there is any agent, and then agents join',
  promise:
    'What was created waits as pending, says that no agent has registered yet, and is bound as soon as there is one.',
  size: smallSize,
  checkers: [waitsNoLongerThanNeeded],
  plan(stream, { ids, loadBalancers }) {
    const joins = stream('faults');
    const faults = ids.map((target, index) => ({
      kind: agentJoin.name,
      atMs: index === 0 ? joins.between(6_000, 10_000) : joins.between(10_000, untilMs),
      forMs: 0,
      target,
      variant: '',
    }));
    const frame = { loadBalancers, createdByMs: 5_000, untilMs, editsMax: 3, deletedShare: 0.2 };
    const provider = drawProviders(stream('providers'), { host: 0.3 });
    const work = drawWork(stream('workload'), frame, provider);
    return { work, faults, untilMs, absent: ids };
  },
};
