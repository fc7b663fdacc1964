import { deviceRow, type FaultKind, span } from './fault.ts';
import { variantIsFactor } from './problems.ts';

/** The device takes its time: calls land late, also those of agents that are dead by then. */
export const deviceSlow: FaultKind = {
  name: 'device-slow',
  summary: 'Calls to the device take 10 to 1,000 times as long, and land late.',
  draw: (stream, frame) => ({
    kind: 'device-slow',
    ...span(stream, frame, [500, 6_000]),
    target: '',
    variant: String(stream.pick([10, 100, 1_000])),
  }),
  problem: variantIsFactor,
  start: (world, { variant }) => world.slowDown('device', Number(variant)),
  stop: (world) => world.slowDown('device', 1),
  heal: (world) => world.slowDown('device', 1),
  row: () => deviceRow,
};
