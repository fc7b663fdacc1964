import { quietRestarts } from '../checkers/quiet-restarts.ts';
import { natsNodeHung } from '../faults/nats-node-hung.ts';
import { drawWork } from '../workload/work.ts';
import { faultFrame, type Scenario, smallSize } from './scenario.ts';

const untilMs = 40_000;

/** The servers of a NATS cluster stand still one after the other, whatever they lead, with their connections open. */
export const natsNodeHungScenario: Scenario = {
  name: 'nats-node-hung',
  summary: 'NATS servers of a cluster stand still one after the other, with their connections open',
  promise:
    'Whoever hangs on such a server goes to another one before any lease ends: nothing is lost, and nothing moves.',
  size: smallSize,
  checkers: [quietRestarts],
  plan(stream, planFrame) {
    const { loadBalancers } = planFrame;
    const draws = stream('faults');
    const frame = faultFrame(planFrame, 4_000, untilMs);
    const faults = Array.from({ length: draws.integer(1, 4) }, () =>
      natsNodeHung.draw(draws, frame),
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
