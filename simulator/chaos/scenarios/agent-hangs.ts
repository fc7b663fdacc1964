import type { ChaosScenario } from '../scenario.ts';
import { usualSize } from '../size.ts';

/** An agent stands still past its lease, and then goes on as if nothing had been. */
export const agentHangs: ChaosScenario = {
  name: 'agent-hangs',
  summary: 'an agent stands still (SIGSTOP) until others have taken over, and goes on',
  promise:
    'What it held is taken over once its silence is proven; its addresses go with its lease; when it goes on, it changes nothing of what others hold, and no address is ever at two hosts.',
  size: usualSize,
  async run(hands) {
    hands.hangAgent(hands.busiest(['agent-1', 'agent-2']));
    await hands.rebound();
    await hands.served();
  },
  problems: ({ failed, leasedFailed, rebindMs, leasedRebindMs }) => [
    failed === leasedFailed ? null : `${failed - leasedFailed} requests failed at fixed addresses`,
    rebindMs.count + leasedRebindMs.count > 0 ? null : 'nothing was rebound',
  ],
  goals: ({ rebindMs, leasedTrafficGapMs }) => [
    { what: 'rebindMs.p99', measured: rebindMs.p99, most: 4_000 },
    { what: 'leasedTrafficGapMs.p99', measured: leasedTrafficGapMs.p99, most: 6_000 },
  ],
};
