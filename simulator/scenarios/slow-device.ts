import { agentCrash } from '../faults/agent-crash.ts';
import { agentPause } from '../faults/agent-pause.ts';
import { deviceSlow } from '../faults/device-slow.ts';
import type { Fault } from '../faults/fault.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import { faultFrame, type Scenario, smallSize } from './scenario.ts';

const untilMs = 60_000;
const slow = { atMs: 6_000, forMs: 40_000 };

/** Calls take seconds, so that they land when their sender is dead and another one holds. */
export const slowDeviceScenario: Scenario = {
  name: 'slow-device',
  summary: 'calls to devices take up to seconds, while agents crash and stand still over them',
  promise:
    'What lands late changes nothing that a newer holder wrote, and all that was asked for is carried out in the end.',
  size: smallSize,
  plan(stream, planFrame) {
    const { loadBalancers } = planFrame;
    const draws = stream('faults');
    const frame = faultFrame(planFrame, slow.atMs, slow.atMs + slow.forMs);
    const slowness: Fault = {
      ...deviceSlow.draw(draws, frame),
      ...slow,
      variant: String(draws.pick([50, 200, 500])),
    };
    const zombies = Array.from({ length: draws.integer(2, 5) }, () =>
      draws.pick([agentCrash, agentPause]).draw(draws, frame),
    );
    const workFrame = {
      loadBalancers,
      createdByMs: 10_000,
      untilMs: 50_000,
      editsMax: 6,
      deletedShare: 0.3,
    };
    const provider = drawProviders(stream('providers'), { host: 0.2, marker: 0.2 });
    const work = drawWork(stream('workload'), workFrame, provider);
    return { work, faults: [slowness, ...zombies], untilMs };
  },
};
