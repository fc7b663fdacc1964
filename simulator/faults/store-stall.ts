import { storeRow, type FaultKind, span } from './fault.ts';
import { variantIsFactor } from './problems.ts';

/**
 * For a moment, whatever is on its way to or from the stores is held up for seconds, and what comes
 * after it is not: a write may land when its sender is long dead and has a successor.
 */
export const storeStall: FaultKind = {
  name: 'store-stall',
  summary:
    'For a moment, what is on its way to the stores is held up for seconds, and what comes after is not.',
  draw: (stream, frame) => ({
    kind: 'store-stall',
    ...span(stream, frame, [20, 400]),
    target: '',
    variant: '1000',
  }),
  problem: variantIsFactor,
  start: (world, { variant }) => world.slowDown('store', Number(variant)),
  stop: (world) => world.slowDown('store', 1),
  heal: (world) => world.slowDown('store', 1),
  row: () => storeRow,
};
