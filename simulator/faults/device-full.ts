import { deviceRow, type FaultKind, span } from './fault.ts';
import { firstOf, targetsDevice, variantIsNumber } from './problems.ts';

/** An appliance takes no more load balancers than this; those that it has may be changed. */
export const deviceFull: FaultKind = {
  name: 'device-full',
  summary: 'An appliance has room for so many load balancers, and refuses the others.',
  draw: (stream, frame) => ({
    kind: 'device-full',
    ...span(stream, frame, [500, 10_000]),
    target: stream.pick(frame.devices),
    variant: String(stream.integer(0, 4)),
  }),
  problem: firstOf(targetsDevice, variantIsNumber(0, 100_000, 'how many load balancers fit in')),
  start: (world, { target, variant }) =>
    world.place(target).device.trouble.setCapacity(Number(variant)),
  stop: (world, { target }) => world.place(target).device.trouble.setCapacity(null),
  heal: (world) => {
    for (const { device } of world.places.values()) device.trouble.setCapacity(null);
  },
  row: () => deviceRow,
};
