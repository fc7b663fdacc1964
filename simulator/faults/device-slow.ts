import { type FaultKind, span } from './fault.ts';

/** The device takes its time: calls land late, also those of agents that are dead by then. */
export const deviceSlow: FaultKind = {
  name: 'device-slow',
  draw: (stream, frame) => ({
    kind: 'device-slow',
    ...span(stream, frame, [500, 6_000]),
    target: '',
    variant: String(stream.pick([10, 100, 1_000])),
  }),
  begin: (world, { variant }) => world.slowDown('device', Number(variant)),
  end: (world) => world.slowDown('device', 1),
};
