import { onLinks } from './links.ts';
import { variantIsNumber } from './problems.ts';

/** How much later the second one may come: after its sender has died and has a successor. */
const againMaxMs = 2_000;

/**
 * A share of all messages comes twice, the second time up to two seconds later. NATS repeats nothing
 * by itself; whoever asks again does, and this is more than that.
 */
export const networkDuplicates = onLinks({
  name: 'network-duplicates',
  summary:
    'A share of all messages, or of those of some links, comes once more, up to two seconds later.',
  lastsMs: [500, 8_000],
  variants: [0.02, 0.1, 0.5],
  problem: variantIsNumber(0, 1, 'the share of messages that come twice, from 0 to 1'),
  fate(world, share) {
    const stream = world.stream('network-duplicates');
    return () => (stream.chance(share) ? { againMs: stream.between(0, againMaxMs) } : null);
  },
});
