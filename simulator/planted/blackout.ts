import { controllerCrash } from '../faults/controller-crash.ts';
import { storePowerLoss } from '../faults/store-power-loss.ts';
import { type Scenario, smallSize } from '../scenarios/scenario.ts';
import { drawWork } from '../workload/work.ts';

const untilMs = 12_000;
const createdByMs = 2_000;

/** All controllers and the stores lose power just after everything was bound; only agents remember. */
export const blackoutScenario: Scenario = {
  name: 'blackout',
  summary: 'the control plane loses power, and who was bound last',
  promise: 'No epoch that an agent holds is given to somebody else.',
  size: smallSize,
  plan(stream, { controllerIds, loadBalancers }) {
    const atMs = stream('faults').between(createdByMs + 200, createdByMs + 1_000);
    const when = { atMs, forMs: 1_000 };
    const cut = { kind: storePowerLoss.name, ...when, target: 'binding', variant: '20000' };
    const deaths = controllerIds.map((target) => ({
      kind: controllerCrash.name,
      ...when,
      target,
      variant: '',
    }));
    const work = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs,
      untilMs,
      editsMax: 2,
      deletedShare: 0,
    });
    return { work, faults: [cut, ...deaths], untilMs };
  },
};
