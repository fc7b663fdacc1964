import { onLinks } from './links.ts';
import { variantIsNumber } from './problems.ts';

/** Of all messages, this share is late while the fault lasts. */
const lateShare = 0.2;

/**
 * Some messages are late, and others overtake them. Within one connection NATS keeps the order; it
 * does not between connections, nor across a reconnect, so this is more than that.
 */
export const networkReorder = onLinks({
  name: 'network-reorder',
  summary: 'One message in five, of all or of some links, is late, and others overtake it.',
  lastsMs: [500, 8_000],
  variants: [10, 200, 2_000],
  problem: variantIsNumber(1, 60_000, 'how many milliseconds messages are late at most, from 1'),
  fate(world, lateMaxMs) {
    const stream = world.stream('network-reorder');
    return () => (stream.chance(lateShare) ? { lateMs: stream.between(0, lateMaxMs) } : null);
  },
});
