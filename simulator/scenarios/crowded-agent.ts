import { workIsPaced } from '../checkers/work-is-paced.ts';
import type { Fault } from '../faults/fault.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import { type Scenario, smallSize } from './scenario.ts';

const untilMs = 30_000;

/** An agent with many load balancers dies while devices are slow, and comes back when others have begun. */
export const crowdedAgentScenario: Scenario = {
  name: 'crowded-agent',
  summary: 'agents with many load balancers die and come back while calls to devices take long',
  promise:
    'However many load balancers come to an agent at once, each controller has only a few commands to it under way, and all of them are carried out.',
  size: { ...smallSize, agentsPerHost: 1, controllers: 2, loadBalancers: 24 },
  checkers: [workIsPaced],
  plan(stream, { ids, loadBalancers }) {
    const draws = stream('faults');
    const [first = '', second = ''] = draws.shuffled(ids);
    const crash = (target: string, atMs: number, forMs: number): Fault => ({
      kind: 'agent-crash',
      atMs,
      forMs,
      target,
      variant: '',
    });
    const faults: Fault[] = [
      {
        kind: 'device-slow',
        atMs: 5_000,
        forMs: 20_000,
        target: '',
        variant: String(draws.pick([10, 30, 80])),
      },
      crash(first, draws.between(7_000, 9_000), draws.between(300, 4_000)),
      // With the commands under way that it was given of the first one.
      crash(second, draws.between(9_000, 14_000), draws.between(300, 4_000)),
    ];
    const work = drawWork(
      stream('workload'),
      { loadBalancers, createdByMs: 6_000, untilMs: 25_000, editsMax: 3, deletedShare: 0.2 },
      drawProviders(stream('providers'), { host: 0.2, marker: 0.2 }),
    );
    return { work, faults, untilMs };
  },
};
