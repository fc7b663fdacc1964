import { devicesRecoverInTime } from '../checkers/devices-recover-in-time.ts';
import { deviceDrift } from '../faults/device-drift.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import { faultFrame, type Scenario, smallSize } from './scenario.ts';

const quietMs = 8_000;
const everyMs = 11_000;
const times = 4;
const untilMs = quietMs + times * everyMs;

/** Somebody with a password means well. */
export const deviceDriftScenario: Scenario = {
  name: 'device-drift',
  summary: 'a person changes load balancers on their devices, or throws them away there',
  promise:
    'What a person changed on a device is noticed and put right within seconds, whoever drives it.',
  size: smallSize,
  checkers: [devicesRecoverInTime],
  plan(stream, planFrame) {
    const { loadBalancers } = planFrame;
    const drifts = stream('faults');
    const faults = Array.from({ length: times }, (_, index) => {
      const fromMs = quietMs + 500 + index * everyMs;
      return deviceDrift.draw(drifts, faultFrame(planFrame, fromMs, fromMs + 500));
    });
    const frame = {
      loadBalancers,
      createdByMs: 4_000,
      untilMs: quietMs,
      editsMax: 3,
      deletedShare: 0.1,
    };
    const provider = drawProviders(stream('providers'), { host: 0.3, marker: 0.2 });
    const work = drawWork(stream('workload'), frame, provider);
    return { work, faults, untilMs };
  },
};
