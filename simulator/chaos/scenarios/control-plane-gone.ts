import type { Hands } from '../hands.ts';
import { natsNodes } from '../nats-cluster.ts';
import type { ChaosScenario } from '../scenario.ts';
import { usualSize } from '../size.ts';

const outageMs = 600_000;

/** What commands and judges is gone at once, for ten minutes: `--shorten` makes that less. */
const allDown = (
  words: Pick<ChaosScenario, 'name' | 'summary'>,
  kill: (hands: Hands) => Promise<unknown> | void,
): ChaosScenario => ({
  ...words,
  promise:
    'What is served at an address of its host is served all the time, untouched; what moves by lease goes with it; afterwards everything is where it was, and every edit is carried out.',
  size: usualSize,
  async run(hands) {
    await kill(hands);
    await hands.pass(hands.shortened(outageMs));
    await hands.heal();
    await hands.whole();
    await hands.served();
    await hands.edited();
  },
  problems: ({ failed, leasedFailed, fixedMoves }) => [
    failed === leasedFailed ? null : `${failed - leasedFailed} requests failed at fixed addresses`,
    fixedMoves === 0 ? null : `what has a fixed address went to other agents ${fixedMoves} times`,
  ],
});

export const natsAllDown = allDown(
  {
    name: 'nats-all-down-10-minutes',
    summary: 'all NATS servers are killed at once, and started again after ten minutes',
  },
  (hands) => Promise.all(natsNodes.map((node) => hands.killNats(node))),
);

export const controllersAllDown = allDown(
  {
    name: 'controllers-all-down-10-minutes',
    summary: 'all controllers are killed at once, and started again after ten minutes',
  },
  (hands) => {
    for (const id of hands.fleet.controllers.keys()) hands.killController(id);
  },
);
