import { presets } from '../../machines/timings/timings.ts';
import { rebalancesByNeed } from '../checkers/rebalances-by-need.ts';
import { agentJoin } from '../faults/agent-join.ts';
import type { Fault } from '../faults/fault.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import type { Scenario } from './scenario.ts';

const untilMs = 40_000;
/** Short enough that it is over before a run is taken to be at rest. */
const timings = { ...presets.lan, rebalanceAfterMs: 4_500 };

/** A fleet that has become too small is given more agents. */
export const newAgentRebalancesScenario: Scenario = {
  name: 'new-agent-rebalances',
  summary:
    'agents join a fleet that holds too much, and load balancers move to them, a few at a time',
  promise:
    'What an agent holds too much of moves to those that hold less, a few at a time and each once, while nothing else is the matter; and no request of a client fails.',
  size: { controllers: 3, agents: 4, agentsPerHost: 1, loadBalancers: 16, rebalance: true },
  timings,
  checkers: [rebalancesByNeed],
  plan(stream, { ids, controllerIds, loadBalancers }) {
    const draws = stream('faults');
    const present = draws.integer(1, 2);
    const absent = ids.slice(present);
    const faults: Fault[] = absent.map((target) => ({
      kind: agentJoin.name,
      atMs: draws.between(9_000, 13_000),
      forMs: 0,
      target,
      variant: '',
    }));
    const crash = (kind: string, target: string, forMs: number): Fault => ({
      kind,
      atMs: draws.between(15_000, 22_000),
      forMs,
      target,
      variant: '',
    });
    // In the midst of it.
    if (draws.chance(0.3))
      faults.push(crash('agent-crash', draws.pick(ids), draws.between(300, 5_000)));
    if (draws.chance(0.3))
      faults.push(crash('agent-pause', draws.pick(ids), draws.between(1_000, 4_000)));
    if (draws.chance(0.3)) faults.push(crash('controller-crash', draws.pick(controllerIds), 4_000));
    const frame = { loadBalancers, createdByMs: 7_000, untilMs, editsMax: 2, deletedShare: 0 };
    const work = drawWork(
      stream('workload'),
      frame,
      drawProviders(stream('providers'), { marker: 0.1 }),
    );
    return { work, faults, untilMs, absent };
  },
};
