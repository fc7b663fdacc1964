import { storeRow, type FaultKind, span } from './fault.ts';
import { variantIsFactor } from './problems.ts';

/** The stores answer late, as while a stream has no leader: writes may land long after their sender died. */
export const storeSlow: FaultKind = {
  name: 'store-slow',
  summary:
    "The stores take 10 to 1,000 times as long, so that writes land after their sender's death.",
  draw: (stream, frame) => ({
    kind: 'store-slow',
    ...span(stream, frame, [200, 4_000]),
    target: '',
    variant: String(stream.pick([10, 100, 1_000])),
  }),
  problem: variantIsFactor,
  start: (world, { variant }) => world.slowDown('store', Number(variant)),
  stop: (world) => world.slowDown('store', 1),
  heal: (world) => world.slowDown('store', 1),
  row: () => storeRow,
};
