import type { Fault } from '../faults/fault.ts';
import { networkPartition } from '../faults/network-partition.ts';
import { drawWork } from '../workload/work.ts';
import { faultFrame, type Scenario, smallSize } from './scenario.ts';

const untilMs = 25_000;

/**
 * Links that carry messages in one direction only, and never heal: where every partition heals in the
 * end, a system that waits for it looks as good as one that works around it.
 */
export const asymmetricPartitionScenario: Scenario = {
  name: 'asymmetric-partition',
  summary: 'agents that are heard and hear nobody, and the reverse, for good',
  promise:
    'Whoever hears only half of a conversation loses its load balancers to those who hear all of it, and nobody waits for the network to heal.',
  size: smallSize,
  plan(stream, planFrame) {
    const { ids, controllerIds, loadBalancers } = planFrame;
    const frame = faultFrame(planFrame, 2_000, untilMs);
    const faults = stream('faults');
    // At least one agent stays whole.
    const broken = faults.shuffled(ids).slice(0, faults.integer(1, Math.max(1, ids.length - 1)));
    const forGood = (ids.length > 1 ? broken : []).map((target): Fault => {
      const variant = faults.pick(['one way', 'other way']);
      return { ...networkPartition.draw(faults, frame), target, variant, forMs: null };
    });
    // Meanwhile, another pair may lose each other for a while.
    const passing = Array.from({ length: faults.integer(0, 2) }, (): Fault => {
      const target = `${faults.pick(ids)} / ${faults.pick(controllerIds)}`;
      const variant = faults.pick(['one way', 'other way']);
      return { ...networkPartition.draw(faults, frame), target, variant };
    });
    const work = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs: 10_000,
      untilMs,
      editsMax: 4,
      deletedShare: 0.25,
    });
    return { work, faults: [...forGood, ...passing], untilMs };
  },
};
