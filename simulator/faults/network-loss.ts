import { onLinks } from './links.ts';
import { variantIsNumber } from './problems.ts';

/**
 * A share of all messages gets lost. NATS loses messages only where a connection breaks, and then
 * several at once; single losses are more than that, and the protocol has to live with them as well.
 */
export const networkLoss = onLinks({
  name: 'network-loss',
  summary: 'A share of all messages, or of those of some links, gets lost.',
  lastsMs: [200, 6_000],
  variants: [0.02, 0.1, 0.3],
  problem: variantIsNumber(0, 1, 'the share of messages that get lost, from 0 to 1'),
  fate(world, share) {
    const stream = world.stream('net-loss');
    return () => (stream.chance(share) ? 'lost' : null);
  },
});
