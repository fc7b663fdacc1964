import { type FaultKind, span } from './fault.ts';

/**
 * A share of all messages gets lost. NATS loses messages only where a connection breaks, and then
 * several at once; single losses are more than that, and the protocol has to live with them as well.
 */
export const networkLoss: FaultKind = {
  name: 'network-loss',
  draw: (stream, frame) => ({
    kind: 'network-loss',
    ...span(stream, frame, [200, 6_000]),
    target: '',
    variant: String(stream.pick([0.02, 0.1, 0.3])),
  }),
  begin: (world, { variant }) => world.network.lose(Number(variant)),
  end: (world) => world.network.lose(0),
};
