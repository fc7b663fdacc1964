import { deviceRow, type FaultKind, span } from './fault.ts';
import { firstOf, targetsDevice, variantIsCount } from './problems.ts';

/** An appliance takes so many calls a second, and tells the others when to come back. */
export const deviceRateLimit: FaultKind = {
  name: 'device-rate-limit',
  summary: 'An appliance takes so many calls a second, and tells the others when to come back.',
  draw: (stream, frame) => ({
    kind: 'device-rate-limit',
    ...span(stream, frame, [1_000, 10_000]),
    target: stream.pick(frame.devices),
    variant: String(stream.pick([1, 2, 5, 20])),
  }),
  problem: firstOf(targetsDevice, variantIsCount),
  start: (world, { target, variant }) =>
    world.place(target).device.trouble.limitRate(Number(variant)),
  stop: (world, { target }) => world.place(target).device.trouble.limitRate(null),
  heal: (world) => {
    for (const { device } of world.places.values()) device.trouble.limitRate(null);
  },
  row: () => deviceRow,
};
