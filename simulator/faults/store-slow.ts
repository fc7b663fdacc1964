import { type FaultKind, span } from './fault.ts';

/** The stores answer late, as while a stream has no leader: writes may land long after their sender died. */
export const storeSlow: FaultKind = {
  name: 'store-slow',
  draw: (stream, frame) => ({
    kind: 'store-slow',
    ...span(stream, frame, [200, 4_000]),
    target: '',
    variant: String(stream.pick([10, 100, 1_000])),
  }),
  begin: (world, { variant }) => world.slowDown('store', Number(variant)),
  end: (world) => world.slowDown('store', 1),
};
