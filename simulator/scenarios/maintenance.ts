import { drainLeavesNoGap } from '../checkers/drain-leaves-no-gap.ts';
import { agentCordon } from '../faults/agent-cordon.ts';
import { drawWork } from '../workload/work.ts';
import { type Scenario, smallSize } from './scenario.ts';

const untilMs = 50_000;
/** One host after the other, with a pause in between. */
const firstMs = 6_000;
const everyMs = 14_000;
const lastsMs = 11_000;

export const maintenanceScenario: Scenario = {
  name: 'maintenance',
  summary: 'operators drain and cordon one agent after the other, and open it again',
  promise:
    'What leaves a drained agent never waits for a seat, nothing new comes to a cordoned one, and no request of a client fails.',
  size: smallSize,
  checkers: [drainLeavesNoGap],
  plan(stream, { ids, loadBalancers }) {
    const words = stream('faults');
    const faults = ids.slice(0, 3).map((target, index) => ({
      kind: agentCordon.name,
      atMs: firstMs + index * everyMs,
      forMs: lastsMs,
      target,
      variant: words.pick(['drain', 'drain', 'cordon']),
    }));
    const work = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs: 40_000,
      untilMs,
      editsMax: 6,
      deletedShare: 0.2,
    });
    return { work, faults, untilMs };
  },
};
