import type { ChaosScenario } from '../scenario.ts';
import { smallSize } from '../size.ts';

/** What the tests run: as few processes as show a takeover by an agent, and one by a controller. */
export const short: ChaosScenario = {
  name: 'short',
  summary: 'an agent is killed, then a controller, among as few processes as can replace them',
  promise:
    'The other agent takes over without a failed request, the other controller writes on, and nothing is lost.',
  size: smallSize,
  async run(hands) {
    hands.killAgent(hands.busiest());
    await hands.rebound();
    hands.killController('controller-1');
    await hands.edited();
    await hands.served();
  },
  problems: ({ failed, rebindMs }) => [
    failed === 0 ? null : `${failed} requests failed`,
    rebindMs.count > 0 ? null : 'nothing was rebound, although an agent was killed',
  ],
  goals: ({ rebindMs, apiWriteMs }) => [
    { what: 'rebindMs.p99', measured: rebindMs.p99, most: 500 },
    { what: 'apiWriteMs.max', measured: apiWriteMs.max, most: 2_000 },
  ],
};
