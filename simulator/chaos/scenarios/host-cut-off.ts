import type { ChaosScenario } from '../scenario.ts';
import { movingSize } from '../size.ts';

/** A host is cut off from everything, and runs on. */
export const hostCutOff: ChaosScenario = {
  name: 'host-cut-off',
  summary: "a host's cable is pulled while all on it runs on, and plugged in again",
  promise:
    'Its addresses go with the lease that nobody renews, and are served elsewhere only then; when it is back, it holds nothing that others hold, and no address is ever at two hosts.',
  size: movingSize,
  async run(hands) {
    await hands.cutHost(hands.fleet.hostOf(hands.busiest()));
    await hands.rebound();
    await hands.served();
  },
  problems: ({ leasedRebindMs }) => [leasedRebindMs.count > 0 ? null : 'nothing was rebound'],
  goals: ({ leasedTrafficGapMs }) => [
    { what: 'leasedTrafficGapMs.p99', measured: leasedTrafficGapMs.p99, most: 6_000 },
  ],
};
