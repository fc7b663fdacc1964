import { natsNodes } from '../nats-cluster.ts';
import type { ChaosScenario } from '../scenario.ts';
import { usualSize } from '../size.ts';

const outageMs = 600_000;

/** All NATS servers are gone at once, for ten minutes: `--shorten` makes that less. */
export const natsAllDown: ChaosScenario = {
  name: 'nats-all-down-10-minutes',
  summary: 'all NATS servers are killed at once, and started again after ten minutes',
  promise:
    'What is served at an address of its host is served all the time, untouched; what moves by lease goes with it; when NATS is back, everything is where it was, and every edit is carried out.',
  size: usualSize,
  async run(hands) {
    await Promise.all(natsNodes.map((node) => hands.killNats(node)));
    await hands.pass(hands.shortened(outageMs));
    await hands.heal();
    await hands.whole();
    await hands.served();
    await hands.edited();
  },
  problems: ({ failed, leasedFailed }) => [
    failed === leasedFailed ? null : `${failed - leasedFailed} requests failed at fixed addresses`,
  ],
};
