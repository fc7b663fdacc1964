import { disturbing } from './disturbing.ts';
import { networkRow, type FaultKind, span } from './fault.ts';
import { drawLink, takesLink, targetsLink } from './links.ts';
import { firstOf, variantIsNumber } from './problems.ts';

/** How much later the second one may come: after its sender has died and has a successor. */
const againMaxMs = 2_000;

/**
 * A share of all messages comes twice, the second time up to two seconds later. NATS repeats nothing
 * by itself; whoever asks again does, and this is more than that.
 */
export const networkDuplicates: FaultKind = {
  name: 'network-duplicates',
  summary:
    'A share of all messages, or of those of some links, comes once more, up to two seconds later.',
  draw(stream, frame) {
    const lasts = span(stream, frame, [500, 8_000]);
    const variant = String(stream.pick([0.02, 0.1, 0.5]));
    return { kind: 'network-duplicates', ...lasts, target: drawLink(lasts.atMs, frame), variant };
  },
  problem: firstOf(
    targetsLink,
    variantIsNumber(0, 1, 'the share of messages that come twice, from 0 to 1'),
  ),
  ...disturbing((world, fault) => {
    const takes = takesLink(fault);
    const share = Number(fault.variant);
    const stream = world.stream('network-duplicates');
    return {
      fate: (from, to) =>
        takes(from, to) && stream.chance(share) ? { againMs: stream.between(0, againMaxMs) } : null,
    };
  }),
  row: () => networkRow,
};
