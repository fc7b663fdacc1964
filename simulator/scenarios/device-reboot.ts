import { devicesRecoverInTime } from '../checkers/devices-recover-in-time.ts';
import { deviceReboot } from '../faults/device-reboot.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import { faultFrame, type Scenario, smallSize } from './scenario.ts';

const quietMs = 8_000;
const everyMs = 16_000;
const times = 3;
const untilMs = quietMs + times * everyMs;

/** An appliance loses what it held, its markers among it, while nothing else happens. */
export const deviceRebootScenario: Scenario = {
  name: 'device-reboot',
  summary: 'appliances boot, and come up with all that they held, with what was saved, or nothing',
  promise:
    'An appliance that comes up with less than it held has everything again within seconds, and nothing that was deleted comes back for good.',
  size: smallSize,
  checkers: [devicesRecoverInTime],
  plan(stream, planFrame) {
    const { loadBalancers } = planFrame;
    const boots = stream('faults');
    const faults = Array.from({ length: times }, (_, index) => {
      const fromMs = quietMs + 500 + index * everyMs;
      const drawn = deviceReboot.draw(boots, faultFrame(planFrame, fromMs, fromMs + 500));
      return { ...drawn, forMs: boots.between(200, 5_000) };
    });
    const frame = {
      loadBalancers,
      createdByMs: 4_000,
      untilMs: quietMs,
      editsMax: 4,
      deletedShare: 0,
    };
    const provider = drawProviders(stream('providers'), { marker: 0.3 });
    const work = drawWork(stream('workload'), frame, provider);
    return { work, faults, untilMs };
  },
};
