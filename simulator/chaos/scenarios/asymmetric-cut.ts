import type { ChaosScenario } from '../scenario.ts';
import { movingSize } from '../size.ts';

/** A host is cut off in one direction, and another one in the other. */
export const asymmetricCut: ChaosScenario = {
  name: 'asymmetric-cut',
  summary: 'a host hears nothing and is heard, and is healed; then another one is heard by nobody',
  promise:
    'Whoever is not acknowledged loses its lease, whichever direction is broken: its load balancers are served elsewhere after that, and no address is ever at two hosts.',
  size: movingSize,
  async run(hands) {
    for (const way of ['in', 'out'] as const) {
      await hands.cutOneWay(hands.fleet.hostOf(hands.busiest()), way);
      await hands.rebound();
      await hands.served();
      await hands.heal();
      await hands.whole();
    }
  },
  problems: ({ leasedRebindMs }) => [leasedRebindMs.count > 0 ? null : 'nothing was rebound'],
  goals: ({ leasedTrafficGapMs }) => [
    { what: 'leasedTrafficGapMs.p99', measured: leasedTrafficGapMs.p99, most: 6_000 },
  ],
};
