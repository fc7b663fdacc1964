import { deviceRow, type FaultKind } from './fault.ts';
import { firstOf, targetsDevice, variantIsCount } from './problems.ts';

/** The next writes to an appliance leave half of their content there, and no answer. */
export const devicePartialApply: FaultKind = {
  name: 'device-partial-apply',
  summary: 'The next writes to an appliance leave half of their content behind, and no answer.',
  draw: (stream, frame) => ({
    kind: 'device-partial-apply',
    atMs: stream.between(frame.fromMs, frame.untilMs),
    forMs: 0,
    target: stream.pick(frame.devices),
    variant: String(stream.integer(1, 4)),
  }),
  problem: firstOf(targetsDevice, variantIsCount),
  start: (world, { target, variant }) =>
    world.place(target).device.trouble.failNext(Number(variant), 'partial'),
  stop: () => undefined,
  isPending: (world, { target }) => world.place(target).device.trouble.left > 0,
  heal: (world) => {
    for (const { device } of world.places.values()) device.trouble.failNext(0, 'partial');
  },
  row: () => deviceRow,
};
