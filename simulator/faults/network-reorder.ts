import { disturbing } from './disturbing.ts';
import { networkRow, type FaultKind, span } from './fault.ts';
import { drawLink, takesLink, targetsLink } from './links.ts';
import { firstOf, variantIsNumber } from './problems.ts';

/** Of all messages, this share is late while the fault lasts. */
const lateShare = 0.2;

/**
 * Some messages are late, and others overtake them. Within one connection NATS keeps the order; it
 * does not between connections, nor across a reconnect, so this is more than that.
 */
export const networkReorder: FaultKind = {
  name: 'network-reorder',
  summary: 'One message in five, of all or of some links, is late, and others overtake it.',
  draw(stream, frame) {
    const lasts = span(stream, frame, [500, 8_000]);
    const variant = String(stream.pick([10, 200, 2_000]));
    return { kind: 'network-reorder', ...lasts, target: drawLink(lasts.atMs, frame), variant };
  },
  problem: firstOf(
    targetsLink,
    variantIsNumber(1, 60_000, 'how many milliseconds messages are late at most, from 1'),
  ),
  ...disturbing((world, fault) => {
    const takes = takesLink(fault);
    const lateMaxMs = Number(fault.variant);
    const stream = world.stream('network-reorder');
    return {
      fate: (from, to) =>
        takes(from, to) && stream.chance(lateShare)
          ? { lateMs: stream.between(0, lateMaxMs) }
          : null,
    };
  }),
  row: () => networkRow,
};
