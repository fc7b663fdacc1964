import { natsNodes } from '../nats-cluster.ts';
import type { ChaosScenario } from '../scenario.ts';
import { usualSize } from '../size.ts';

/** One NATS server after the other is killed for longer than any silence or lease. */
export const natsNodeKilled: ChaosScenario = {
  name: 'nats-node-killed',
  summary: 'each NATS server is killed once, whatever it led, and started again',
  promise:
    'Nothing moves, no request fails, and writes at the API wait no longer than an election takes.',
  size: usualSize,
  async run(hands) {
    const { deadAfterMs, leaseMs } = hands.timings;
    for (const node of natsNodes) {
      await hands.killNats(node);
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
