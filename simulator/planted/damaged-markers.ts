import { damageEndsNoTraffic } from '../checkers/damage-ends-no-traffic.ts';
import { markerDamaged } from '../faults/marker-damaged.ts';
import { nameOf } from '../workload/work.ts';
import { leasedWorld } from './leased-world.ts';

const firstMs = 20_000;
const everyMs = 3_000;

/** One marker after the other can't be read any more, and nothing else happens. */
export const damagedMarkersScenario = leasedWorld({
  name: 'damaged-markers',
  summary: 'markers become unreadable on a calm day',
  promise: 'A marker is made anew before the lease of its address has ended.',
  checkers: [damageEndsNoTraffic],
  untilMs: firstMs + 10 * everyMs,
  faults: (draws, { loadBalancers }) =>
    Array.from({ length: Math.min(8, loadBalancers) }, (_, index) => ({
      kind: markerDamaged.name,
      atMs: firstMs + index * everyMs,
      forMs: 0,
      target: nameOf(index),
      variant: draws.pick(['torn', 'garbage']),
    })),
});
