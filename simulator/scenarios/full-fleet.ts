import { waitsNoLongerThanNeeded } from '../checkers/waits-no-longer-than-needed.ts';
import { agentCrash } from '../faults/agent-crash.ts';
import { agentJoin } from '../faults/agent-join.ts';
import type { Fault } from '../faults/fault.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import type { Scenario } from './scenario.ts';

const untilMs = 60_000;

/** More is wanted than there is room for: places become free one by one, in the care of any controller. */
export const fullFleetScenario: Scenario = {
  name: 'full-fleet',
  summary:
    'agents have room for less than is wanted; load balancers are deleted, an agent dies and is back, and another joins',
  promise:
    'What finds no room waits, says truly that agents are full, and is bound as soon as there is a place for it, whoever had that before and whichever controller looks after it.',
  size: { controllers: 3, agents: 4, agentsPerHost: 1, loadBalancers: 36, capacity: 4 },
  checkers: [waitsNoLongerThanNeeded],
  plan(stream, { ids, loadBalancers }) {
    const draws = stream('faults');
    const [last = '', ...present] = ids.toReversed();
    const faults: Fault[] = [
      {
        kind: agentJoin.name,
        atMs: draws.between(35_000, 50_000),
        forMs: 0,
        target: last,
        variant: '',
      },
    ];
    if (draws.chance(0.6)) {
      faults.push({
        kind: agentCrash.name,
        atMs: draws.between(12_000, 40_000),
        forMs: draws.between(300, 9_000),
        target: draws.pick(present),
        variant: '',
      });
    }
    const frame = { loadBalancers, createdByMs: 40_000, untilMs, editsMax: 1, deletedShare: 0.8 };
    const provider = drawProviders(stream('providers'), { marker: 0.3 });
    const work = drawWork(stream('workload'), frame, provider);
    return { work, faults, untilMs, absent: [last] };
  },
};
