import { type FaultKind, span } from './fault.ts';

/**
 * For a moment, whatever is on its way to or from the stores is held up for seconds, and what comes
 * after it is not: a write may land when its sender is long dead and has a successor.
 */
export const storeStall: FaultKind = {
  name: 'store-stall',
  draw: (stream, frame) => ({
    kind: 'store-stall',
    ...span(stream, frame, [20, 400]),
    target: '',
    variant: '1000',
  }),
  begin: (world, { variant }) => world.slowDown('store', Number(variant)),
  end: (world) => world.slowDown('store', 1),
};
