import type { ChaosScenario } from '../scenario.ts';
import { wideSize } from '../size.ts';

/** Half of the hosts go at the same moment. */
export const storm: ChaosScenario = {
  name: 'storm',
  summary: 'half of the hosts go at the same moment, and come back when others have taken over',
  promise:
    'The storm brake holds every verdict back until the judges have heard the rest well for long enough; then the other half takes it all over.',
  size: wideSize,
  async run(hands) {
    const [first = '', second = ''] = hands.fleet.hosts;
    await Promise.all([hands.killHost(first), hands.killHost(second)]);
    await hands.until('the storm brake holds', () => hands.isBraked());
    await hands.rebound();
    await hands.served();
  },
  problems: ({ leasedRebindMs: { count, p50 } }, { stormBrakeMs }) => [
    count > 0 ? null : 'nothing was rebound',
    p50 === null || p50 >= stormBrakeMs ? null : `half was rebound within ${p50} ms already`,
  ],
};
