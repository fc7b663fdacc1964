import { disturbing } from './disturbing.ts';
import { networkRow, type FaultKind, span } from './fault.ts';
import { variantIsNumber } from './problems.ts';

/**
 * A share of all messages gets lost. NATS loses messages only where a connection breaks, and then
 * several at once; single losses are more than that, and the protocol has to live with them as well.
 */
export const networkLoss: FaultKind = {
  name: 'network-loss',
  summary: 'A share of all messages gets lost.',
  draw: (stream, frame) => ({
    kind: 'network-loss',
    ...span(stream, frame, [200, 6_000]),
    target: '',
    variant: String(stream.pick([0.02, 0.1, 0.3])),
  }),
  problem: variantIsNumber(0, 1, 'the share of messages that get lost, from 0 to 1'),
  ...disturbing((world, { variant }) => {
    const share = Number(variant);
    const stream = world.stream('net-loss');
    return { fate: () => (stream.chance(share) ? 'lost' : null) };
  }),
  row: () => networkRow,
};
