import { natsNodes } from '../nats-cluster.ts';
import type { ChaosScenario } from '../scenario.ts';
import { usualSize } from '../size.ts';

/** One NATS server after the other is hung for longer than any silence or lease. */
export const natsNodeHung: ChaosScenario = {
  name: 'nats-node-hung',
  summary:
    'each NATS server stands still once (SIGSTOP), whatever it led, with its connections open',
  promise:
    'Nothing moves, no request fails, and writes at the API wait no longer than an election takes.',
  size: usualSize,
  async run(hands) {
    const { deadAfterMs, leaseMs } = hands.timings;
    for (const node of natsNodes) {
      hands.hangNats(node);
      await hands.pass(deadAfterMs + leaseMs);
      await hands.heal(node);
      await hands.leader();
      await hands.edited();
    }
  },
  problems: ({ rebinds, failed, failedKept }) => [
    rebinds === 0 ? null : `load balancers were rebound ${rebinds} times`,
    failed + failedKept === 0 ? null : `${failed + failedKept} requests failed`,
  ],
};
