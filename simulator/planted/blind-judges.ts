import { networkPartition } from '../faults/network-partition.ts';
import { watchBlind } from '../faults/watch-blind.ts';
import { leasedWorld } from './leased-world.ts';

/**
 * A controller hears no agent any more and declares them dead, while another one has taken its shards, hears them
 * well, and does not hear what is put on record of them.
 */
export const blindJudgesScenario = leasedWorld({
  name: 'blind-judges',
  summary: 'a judge that has lost its shards, and does not know it, tells that leases have ended',
  promise: 'What a judge says of leases counts for nothing once another one gives them.',
  untilMs: 52_000,
  faults: (draws, { controllerIds }) =>
    [6_000, 32_000].flatMap((fromMs) => {
      const [parted = '', successor = ''] = draws.shuffled(controllerIds);
      const atMs = fromMs + draws.between(0, 800);
      const when = { atMs, forMs: 15_000 };
      return [
        { kind: networkPartition.name, ...when, target: parted, variant: 'both ways' },
        { kind: watchBlind.name, ...when, target: parted, variant: 'all' },
        {
          kind: watchBlind.name,
          atMs: atMs + 1_000,
          forMs: 16_000,
          target: successor,
          variant: 'liveness',
        },
      ];
    }),
});
