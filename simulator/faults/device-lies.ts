import { deviceRow, type FaultKind } from './fault.ts';
import { firstOf, targetsDevice, variantIsCount } from './problems.ts';

/** An appliance says that it did what the next writes asked for, and did nothing. */
export const deviceLies: FaultKind = {
  name: 'device-lies',
  summary: 'An appliance says that it carried out the next writes, and did not.',
  draw: (stream, frame) => ({
    kind: 'device-lies',
    atMs: stream.between(frame.fromMs, frame.untilMs),
    forMs: 0,
    target: stream.pick(frame.devices),
    variant: String(stream.integer(1, 4)),
  }),
  problem: firstOf(targetsDevice, variantIsCount),
  start: (world, { target, variant }) =>
    world.place(target).device.trouble.failNext(Number(variant), 'lie'),
  stop: () => undefined,
  isPending: (world, { target }) => world.place(target).device.trouble.left > 0,
  heal: (world) => {
    for (const { device } of world.places.values()) device.trouble.failNext(0, 'lie');
  },
  row: () => deviceRow,
};
