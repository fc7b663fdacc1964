import { controllerCrash } from '../faults/controller-crash.ts';
import { persistencePoints } from '../world/process.ts';
import type { Fault } from '../faults/fault.ts';
import { drawWork } from '../workload/work.ts';
import { faultFrame, type Scenario, smallSize } from './scenario.ts';

const untilMs = 25_000;

/** Controllers die at the very records on which everything hangs, while clients keep them writing. */
export const controllerCrashScenario: Scenario = {
  name: 'controller-crash',
  summary: 'controllers die before a write, after it, and after what it justified',
  promise:
    'Wherever a controller dies between a record and its effect, another one finishes what it began, and nothing is done twice or never.',
  size: smallSize,
  plan(stream, planFrame) {
    const { controllerIds, loadBalancers } = planFrame;
    const draws = stream('faults');
    const frame = faultFrame(planFrame, 500, untilMs);
    const atPoints = Array.from({ length: draws.integer(4, 10) }, (): Fault => {
      const atMs = draws.between(frame.fromMs, untilMs - 3_000);
      return {
        kind: 'crash-point',
        atMs,
        forMs: draws.between(500, 3_000),
        target: draws.pick(controllerIds),
        variant: `${draws.pick(persistencePoints)} ${draws.integer(1, 8)}`,
      };
    });
    const anywhere = Array.from({ length: draws.integer(0, 3) }, () =>
      controllerCrash.draw(draws, frame),
    );
    const work = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs: 10_000,
      untilMs,
      editsMax: 8,
      deletedShare: 0.3,
    });
    return { work, faults: [...atPoints, ...anywhere], untilMs };
  },
};
