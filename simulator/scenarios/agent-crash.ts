import { agentCrash } from '../faults/agent-crash.ts';
import { controllerCrash } from '../faults/controller-crash.ts';
import { drawWork } from '../workload/work.ts';
import { faultFrame, type Scenario, smallSize } from './scenario.ts';

const untilMs = 20_000;

/** Agents die and come back, now and then a controller too, while clients edit and delete. */
export const agentCrashScenario: Scenario = {
  name: 'agent-crash',
  summary: 'agents crash and come back, sometimes a controller too',
  promise: 'Each load balancer of a dead agent is bound to a living one, and none is lost.',
  size: smallSize,
  plan(stream, planFrame) {
    const { loadBalancers } = planFrame;
    const frame = faultFrame(planFrame, 500, untilMs);
    const faults = stream('faults');
    const crashes = Array.from({ length: faults.integer(2, 8) }, () =>
      agentCrash.draw(faults, frame),
    );
    const restarts = Array.from({ length: faults.integer(0, 2) }, () =>
      controllerCrash.draw(faults, frame),
    );
    const work = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs: 3_000,
      untilMs,
      editsMax: 4,
      deletedShare: 0.25,
    });
    return { work, faults: [...crashes, ...restarts], untilMs };
  },
};
