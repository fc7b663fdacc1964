import { natsRestart } from '../faults/nats-restart.ts';
import { watchLag } from '../faults/watch-lag.ts';
import { type Scenario, smallSize } from '../scenarios/scenario.ts';
import { drawWork, nameOf, type Work } from '../workload/work.ts';

const untilMs = 12_000;
const editsEach = 8;

/**
 * The NATS server comes back, and one controller is told late of what is written from then on, while
 * clients edit and read at whichever controller they come upon.
 */
export const toldLateScenario: Scenario = {
  name: 'told-late',
  summary: 'NATS comes back, and a controller hears late of what the others write',
  promise: 'No read is confirmed by a controller that has not been told what changed meanwhile.',
  size: smallSize,
  plan(stream, { controllerIds, loadBalancers }) {
    const draws = stream('faults');
    const [target = ''] = controllerIds;
    const faults = [
      { kind: natsRestart.name, atMs: 3_000, forMs: 600, target: '', variant: 'killed' },
      { kind: watchLag.name, atMs: 3_200, forMs: 6_800, target, variant: 'desired 10000' },
    ];
    const creation = { loadBalancers, createdByMs: 500, untilMs: 1_000, editsMax: 0 };
    const work = [
      ...drawWork(stream('workload'), { ...creation, deletedShare: 0 }),
      ...Array.from({ length: loadBalancers * editsEach }, (_, index): Work => {
        const attributes = { description: `edit ${index}` };
        const change = { kind: 'loadbalancer', name: '', verb: 'update', attributes } as const;
        const loadBalancer = nameOf(index % loadBalancers);
        return { atMs: draws.between(4_000, 9_500), loadBalancer, type: 'edit', change };
      }),
    ];
    return { work: work.toSorted((a, b) => a.atMs - b.atMs), faults, untilMs };
  },
};
