import { natsNodes } from '../nats-cluster.ts';
import type { ChaosScenario } from '../scenario.ts';
import { witnessedSize } from '../size.ts';

const outageMs = 600_000;

/** All NATS servers are gone, and then one of three witnesses, too. */
export const witnessesKeepServing: ChaosScenario = {
  name: 'witnesses-keep-serving',
  summary:
    'all NATS servers are killed for ten minutes, in the middle of which a host dies that serves nothing',
  promise:
    'What moves by lease is served all the time, where it was, by the promises of two of three witnesses; afterwards every edit is carried out.',
  size: witnessedSize,
  async run(hands) {
    const idle = hands.fleet.hostOf(hands.idlest());
    const partMs = hands.shortened(outageMs) / 2;
    await Promise.all(natsNodes.map((node) => hands.killNats(node)));
    await hands.pass(partMs);
    await hands.killHost(idle);
    await hands.pass(partMs);
    await hands.heal();
    await hands.whole();
    await hands.served();
    await hands.edited();
  },
  problems: ({ failed, rebinds }) => [
    failed === 0 ? null : `${failed} requests failed`,
    rebinds === 0 ? null : `load balancers were rebound ${rebinds} times`,
  ],
};
