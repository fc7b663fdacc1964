import type { Hands } from '../hands.ts';
import { type NatsNode, natsNodes } from '../nats-cluster.ts';
import type { ChaosScenario } from '../scenario.ts';
import { usualSize } from '../size.ts';

/** One NATS server after the other is away for longer than any silence or lease. */
const eachNode = (
  words: Pick<ChaosScenario, 'name' | 'summary'>,
  away: (hands: Hands, node: NatsNode) => Promise<void> | void,
): ChaosScenario => ({
  ...words,
  promise:
    'Nothing moves, no request fails, and writes at the API wait no longer than an election takes.',
  size: usualSize,
  async run(hands) {
    const { deadAfterMs, leaseMs } = hands.timings;
    for (const node of natsNodes) {
      await away(hands, node);
      await hands.pass(deadAfterMs + leaseMs);
      await hands.heal(node);
      await hands.led();
      await hands.edited();
    }
  },
  problems: ({ rebinds, failed, failedKept }) => [
    rebinds === 0 ? null : `load balancers were rebound ${rebinds} times`,
    failed + failedKept === 0 ? null : `${failed + failedKept} requests failed`,
  ],
});

export const natsNodeKilled = eachNode(
  {
    name: 'nats-node-killed',
    summary: 'each NATS server is killed once, whatever it led, and started again',
  },
  (hands, node) => hands.killNats(node),
);

export const natsNodeHung = eachNode(
  {
    name: 'nats-node-hung',
    summary:
      'each NATS server stands still once (SIGSTOP), whatever it led, with its connections open',
  },
  (hands, node) => hands.hangNats(node),
);
