import { disturbing } from './disturbing.ts';
import { networkRow, type FaultKind, span } from './fault.ts';
import { variantIsNumber } from './problems.ts';

/** Of all messages, this share is late while the fault lasts. */
const lateShare = 0.2;

/**
 * Some messages are late, and others overtake them. Within one connection NATS keeps the order; it
 * does not between connections, nor across a reconnect, so this is more than that.
 */
export const networkReorder: FaultKind = {
  name: 'network-reorder',
  summary: 'One message in five is late, and others overtake it.',
  draw: (stream, frame) => ({
    kind: 'network-reorder',
    ...span(stream, frame, [500, 8_000]),
    target: '',
    variant: String(stream.pick([10, 200, 2_000])),
  }),
  problem: variantIsNumber(1, 60_000, 'how many milliseconds messages are late at most, from 1'),
  ...disturbing((world, { variant }) => {
    const lateMaxMs = Number(variant);
    const stream = world.stream('network-reorder');
    return {
      fate: () => (stream.chance(lateShare) ? { lateMs: stream.between(0, lateMaxMs) } : null),
    };
  }),
  row: () => networkRow,
};
