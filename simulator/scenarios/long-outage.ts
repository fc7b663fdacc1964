import { controllerCrash } from '../faults/controller-crash.ts';
import { deviceUnreachable } from '../faults/device-unreachable.ts';
import type { Fault } from '../faults/fault.ts';
import { drawWork } from '../workload/work.ts';
import { faultFrame, type Scenario, smallSize } from './scenario.ts';

const untilMs = 140_000;
const outage = { atMs: 5_000, forMs: 120_000 };

/** Longer than any deadline: what clients ask for can't be done, and they have to be told. */
export const longOutageScenario: Scenario = {
  name: 'long-outage',
  summary:
    'nobody reaches the device for two minutes, while clients go on and a controller crashes',
  promise:
    'What nobody can carry out shows ERROR by its deadline and no later, and is made good when somebody can.',
  size: smallSize,
  plan(stream, planFrame) {
    const { loadBalancers } = planFrame;
    const faults = stream('faults');
    const frame = faultFrame(planFrame, 0, untilMs);
    const unreachable: Fault = { ...deviceUnreachable.draw(faults, frame), ...outage };
    const crashFrame = { ...frame, fromMs: outage.atMs + 5_000, untilMs: outage.atMs + 20_000 };
    const crash = controllerCrash.draw(faults, crashFrame);
    const work = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs: 15_000,
      untilMs: 60_000,
      editsMax: 3,
      deletedShare: 0.4,
    });
    return { work, faults: [unreachable, crash], untilMs };
  },
};
