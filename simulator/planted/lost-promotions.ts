import { agentPause } from '../faults/agent-pause.ts';
import { controllerCrash } from '../faults/controller-crash.ts';
import type { Fault } from '../faults/fault.ts';
import { storeLeaderLost } from '../faults/store-leader-lost.ts';
import { type Scenario, smallSize } from '../scenarios/scenario.ts';
import { drawWork, nameOf, type Work } from '../workload/work.ts';

const untilMs = 14_000;

/**
 * A judge is wrong about an agent that stands still, standbys take over by their grants, and every
 * controller dies before a store takes a promotion or the verdict: the records name the former holder,
 * who lives, and the devices refuse it.
 */
export const lostPromotionsScenario: Scenario = {
  name: 'lost-promotions',
  summary:
    'standbys take over by a wrong verdict, and all controllers die before that is on record',
  promise: 'The records follow the devices, and what was deleted meanwhile is gone.',
  size: smallSize,
  plan(stream, { ids, controllerIds, loadBalancers }) {
    const draws = stream('faults');
    const [target = ''] = ids;
    const faults: Fault[] = [
      ...['binding', 'liveness'].map((bucket) => {
        const atMs = draws.between(2_500, 2_900);
        return { kind: storeLeaderLost.name, atMs, forMs: 6_000, target: bucket, variant: '' };
      }),
      { kind: agentPause.name, atMs: 3_000, forMs: 4_500, target, variant: '' },
      ...controllerIds.map((controller) => {
        const forMs = draws.between(3_000, 3_500);
        return { kind: controllerCrash.name, atMs: 6_200, forMs, target: controller, variant: '' };
      }),
    ];
    const creation = { loadBalancers, createdByMs: 500, untilMs: 1_000, editsMax: 0 };
    const work = [
      ...drawWork(stream('workload'), { ...creation, deletedShare: 0 }),
      ...Array.from({ length: loadBalancers }, (_, index): Work => {
        const loadBalancer = nameOf(index);
        // Half of them are edited when everything is well again, the others deleted before the verdict.
        const attributes = { description: 'after all' };
        const change = { kind: 'loadbalancer', name: '', verb: 'update', attributes } as const;
        return index % 2 === 0
          ? { atMs: draws.between(11_000, 13_000), loadBalancer, type: 'edit', change }
          : { atMs: draws.between(4_000, 5_000), loadBalancer, type: 'delete' };
      }),
    ];
    return { work: work.toSorted((a, b) => a.atMs - b.atMs), faults, untilMs };
  },
};
