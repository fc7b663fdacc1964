import type { ChaosScenario } from '../scenario.ts';
import { witnessedSize } from '../size.ts';

/** A host is cut off from the control plane, and not from its witnesses. */
export const hostCutFromNats: ChaosScenario = {
  name: 'host-cut-from-nats',
  summary: 'a host reaches no NATS server any more, and its three witnesses do',
  promise:
    'Its witnesses promise it nothing more as soon as its judge asks them for a denial; so its addresses go, and are served elsewhere only then.',
  size: witnessedSize,
  async run(hands) {
    await hands.cutHostFromNats(hands.fleet.hostOf(hands.busiest()));
    await hands.rebound();
    await hands.served();
  },
  problems: ({ leasedRebindMs: { count, p50 } }, { deadAfterMs, lapseMs }) => [
    count > 0 ? null : 'nothing was rebound',
    // Without witnesses, the lease would have lapsed by itself before.
    p50 === null || p50 >= deadAfterMs + lapseMs - 1_000
      ? null
      : `it was rebound after ${p50} ms, before its witnesses can have denied it`,
  ],
  goals: ({ leasedRebindMs }, { deadAfterMs, lapseMs }) => [
    {
      what: 'leasedRebindMs.p99',
      measured: leasedRebindMs.p99,
      most: deadAfterMs + lapseMs + 1_000,
    },
  ],
};
