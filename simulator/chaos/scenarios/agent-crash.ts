import type { ChaosScenario } from '../scenario.ts';
import { usualSize } from '../size.ts';

/** An agent that shares its host with another one is killed, and comes back. */
export const agentCrash: ChaosScenario = {
  name: 'agent-crash',
  summary: 'an agent is killed, and comes back',
  promise:
    'Another agent of the host takes over what is tied to it, without a failed request; what moves by lease is answered for again once the lease has ended, and never by two hosts.',
  size: usualSize,
  async run(hands) {
    hands.killAgent(hands.busiest(['agent-1', 'agent-2']));
    await hands.rebound();
    await hands.served();
  },
  problems: ({ failed, rebindMs, leasedRebindMs }) => [
    failed === 0 ? null : `${failed} requests failed`,
    rebindMs.count + leasedRebindMs.count > 0 ? null : 'nothing was rebound',
  ],
  goals: ({ rebindMs, leasedTrafficGapMs }) => [
    { what: 'rebindMs.p99', measured: rebindMs.p99, most: 500 },
    { what: 'leasedTrafficGapMs.p99', measured: leasedTrafficGapMs.p99, most: 6_000 },
  ],
};
