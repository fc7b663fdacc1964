import { disturbing } from './disturbing.ts';
import { networkRow, type FaultKind, span } from './fault.ts';
import { drawLink, takesLink, targetsLink } from './links.ts';
import { firstOf, variantIsNumber } from './problems.ts';

/**
 * A share of all messages gets lost. NATS loses messages only where a connection breaks, and then
 * several at once; single losses are more than that, and the protocol has to live with them as well.
 */
export const networkLoss: FaultKind = {
  name: 'network-loss',
  summary: 'A share of all messages, or of those of some links, gets lost.',
  draw(stream, frame) {
    const lasts = span(stream, frame, [200, 6_000]);
    const variant = String(stream.pick([0.02, 0.1, 0.3]));
    return { kind: 'network-loss', ...lasts, target: drawLink(lasts.atMs, frame), variant };
  },
  problem: firstOf(
    targetsLink,
    variantIsNumber(0, 1, 'the share of messages that get lost, from 0 to 1'),
  ),
  ...disturbing((world, fault) => {
    const takes = takesLink(fault);
    const share = Number(fault.variant);
    const stream = world.stream('net-loss');
    return { fate: (from, to) => (takes(from, to) && stream.chance(share) ? 'lost' : null) };
  }),
  row: () => networkRow,
};
