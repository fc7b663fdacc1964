import { controllerCut } from '../faults/controller-cut.ts';
import { type Scenario, smallSize } from '../scenarios/scenario.ts';
import { drawWork } from '../workload/work.ts';

const untilMs = 24_000;

/** Each controller hears nothing once, for so long that all agents would be dead, while what it sends arrives. */
export const deafControllersScenario: Scenario = {
  name: 'deaf-controllers',
  summary: 'each controller hears nothing once, while what it writes arrives',
  promise: 'Nothing moves: who hears nothing does not judge.',
  size: smallSize,
  plan(stream, { controllerIds, loadBalancers }) {
    const faults = controllerIds.map((target, index) => ({
      kind: controllerCut.name,
      atMs: 3_000 + index * 6_000,
      forMs: stream('faults').between(2_000, 2_500),
      target,
      variant: 'in',
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
