import type { ChaosScenario } from '../scenario.ts';
import { usualSize } from '../size.ts';

/** The NATS server that leads the records is killed at the same moment as an agent. */
export const natsLeaderKilledWithAgent: ChaosScenario = {
  name: 'nats-leader-killed-with-agent',
  summary: 'the NATS server that leads the records and an agent are killed at the same moment',
  promise:
    'Standbys take over as they do without it, before there is a new leader; the records catch up, and nothing contradicts them.',
  size: usualSize,
  async run(hands) {
    const agent = hands.busiest(['agent-1', 'agent-2']);
    const leader = await hands.leader();
    const isGone = hands.killNats(leader);
    hands.killAgent(agent);
    await isGone;
    await hands.rebound();
    await hands.served();
    await hands.edited();
  },
  problems: ({ failed, leasedFailed, rebindMs }) => [
    failed === leasedFailed ? null : `${failed - leasedFailed} requests failed at fixed addresses`,
    rebindMs.count > 0 ? null : 'nothing was rebound',
  ],
  goals: ({ rebindMs }) => [{ what: 'rebindMs.p99', measured: rebindMs.p99, most: 1_000 }],
};
