import type { ChaosScenario } from '../scenario.ts';
import { usualSize } from '../size.ts';

/** The host of two agents dies with all that runs on it, and boots again. */
export const hostDies: ChaosScenario = {
  name: 'host-dies',
  summary: 'a host dies with its agents and all that they run there, and boots again',
  promise:
    'What can move is served elsewhere once the lease has ended; what is tied to the host waits for it, says so, and is served when it is back.',
  size: usualSize,
  async run(hands) {
    await hands.settleOneAt('host-1');
    await hands.killHost('host-1');
    await hands.rebound(['moving']);
    await hands.until('what is tied to the host says that it waits', async () => {
      return (await hands.states('fixed')).every((state) => state === 'orphaned');
    });
  },
  problems: ({ leasedRebindMs }) => [
    leasedRebindMs.count > 0 ? null : 'nothing that moves was rebound',
  ],
  goals: ({ leasedTrafficGapMs }) => [
    { what: 'leasedTrafficGapMs.p99', measured: leasedTrafficGapMs.p99, most: 6_000 },
  ],
};
