import { quietRestarts } from '../checkers/quiet-restarts.ts';
import { natsRestart } from '../faults/nats-restart.ts';
import { drawWork } from '../workload/work.ts';
import { faultFrame, type Scenario, smallSize } from './scenario.ts';

const untilMs = 30_000;

/** The server that carries everything ends and comes back, several times, for less or more than any patience. */
export const natsRestartScenario: Scenario = {
  name: 'nats-restart',
  summary: 'the NATS server is killed or shut down, and comes back, several times',
  promise:
    'When the NATS server comes back, everybody goes on where they were: nothing is lost, and nothing moves.',
  size: smallSize,
  checkers: [quietRestarts],
  plan(stream, planFrame) {
    const { loadBalancers } = planFrame;
    const draws = stream('faults');
    const frame = faultFrame(planFrame, 4_000, untilMs);
    const faults = Array.from({ length: draws.integer(1, 4) }, () =>
      natsRestart.draw(draws, frame),
    );
    const work = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs: 3_000,
      untilMs,
      editsMax: 4,
      deletedShare: 0.2,
    });
    return { work, faults, untilMs };
  },
};
