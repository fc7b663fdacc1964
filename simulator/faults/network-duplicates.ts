import { disturbing } from './disturbing.ts';
import { networkRow, type FaultKind, span } from './fault.ts';
import { variantIsNumber } from './problems.ts';

/** How much later the second one may come: after its sender has died and has a successor. */
const againMaxMs = 2_000;

/**
 * A share of all messages comes twice, the second time up to two seconds later. NATS repeats nothing
 * by itself; whoever asks again does, and this is more than that.
 */
export const networkDuplicates: FaultKind = {
  name: 'network-duplicates',
  summary: 'A share of all messages comes once more, up to two seconds later.',
  draw: (stream, frame) => ({
    kind: 'network-duplicates',
    ...span(stream, frame, [500, 8_000]),
    target: '',
    variant: String(stream.pick([0.02, 0.1, 0.5])),
  }),
  problem: variantIsNumber(0, 1, 'the share of messages that come twice, from 0 to 1'),
  ...disturbing((world, { variant }) => {
    const share = Number(variant);
    const stream = world.stream('network-duplicates');
    return {
      fate: () => (stream.chance(share) ? { againMs: stream.between(0, againMaxMs) } : null),
    };
  }),
  row: () => networkRow,
};
