import { agentPause } from '../faults/agent-pause.ts';
import { type Scenario, smallSize } from '../scenarios/scenario.ts';
import { drawWork } from '../workload/work.ts';

const untilMs = 12_000;

/** Each agent stands still once, for less time than makes it suspect. */
export const hiccupsScenario: Scenario = {
  name: 'hiccups',
  summary: 'each agent stands still once, for a moment',
  promise: 'Nothing moves.',
  size: smallSize,
  plan(stream, { ids, loadBalancers }) {
    const faults = ids.map((target, index) => ({
      kind: agentPause.name,
      atMs: 2_000 + index * 3_000,
      forMs: stream('faults').between(1_000, 1_400),
      target,
      variant: '',
    }));
    const work = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs: 1_000,
      untilMs,
      editsMax: 2,
      deletedShare: 0,
    });
    return { work, faults, untilMs };
  },
};
