import { healthInTime } from '../checkers/health-in-time.ts';
import { memberFailure } from '../faults/member-failure.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import { faultFrame, type Scenario, smallSize } from './scenario.ts';

const quietMs = 8_000;
const everyMs = 2_500;
const bursts = 8;
const untilMs = quietMs + bursts * everyMs;
/** Servers that go and come in one burst, faster than an agent may tell of it. */
const burstMs = 800;
const atOnce = 5;

/** What users look at first when something does not work. */
export const membersFailScenario: Scenario = {
  name: 'members-fail',
  summary: 'servers behind load balancers go down and come up, alone and many times a second',
  promise: 'Every controller shows which servers are down within a second of the newest change.',
  size: smallSize,
  checkers: [healthInTime],
  plan(stream, planFrame) {
    const draws = stream('faults');
    const faults = Array.from({ length: bursts }, (_, index) => {
      const fromMs = quietMs + index * everyMs;
      const frame = faultFrame(planFrame, fromMs, fromMs + burstMs);
      const count = draws.integer(1, atOnce);
      return Array.from({ length: count }, () => memberFailure.draw(draws, frame));
    }).flat();
    const frame = {
      loadBalancers: planFrame.loadBalancers,
      createdByMs: 3_000,
      untilMs: quietMs - 2_000,
      editsMax: 3,
      deletedShare: 0.1,
    };
    const provider = drawProviders(stream('providers'), { host: 0.3, marker: 0.2 });
    return { work: drawWork(stream('workload'), frame, provider), faults, untilMs };
  },
};
