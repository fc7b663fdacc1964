import type { Kept } from '../../drivers/memory/contents.ts';
import { deviceRow, type FaultKind, span } from './fault.ts';
import { firstOf, targetsDevice, variantAmong } from './problems.ts';

/** What it comes up with. */
const kept: readonly Kept[] = ['all', 'saved', 'nothing'];

const isKept = (word: string): word is Kept => kept.some((each) => each === word);

/**
 * An appliance goes down and comes up with its configuration, with what it had saved some writes ago,
 * or with nothing at all: then its markers and tombstones are lost as well.
 */
export const deviceReboot: FaultKind = {
  name: 'device-reboot',
  summary: 'An appliance goes down, and comes up with all it held, what it had saved, or nothing.',
  draw: (stream, frame) => ({
    kind: 'device-reboot',
    ...span(stream, frame, [200, 5_000]),
    target: stream.pick(frame.devices),
    variant: stream.pick(kept),
  }),
  problem: firstOf(targetsDevice, variantAmong(kept)),
  start: (world, { target }) => world.place(target).device.halt('the device is booting'),
  stop: (world, { target, variant }) => {
    if (isKept(variant)) world.bootPlace(target, variant);
  },
  heal: (world) => {
    for (const name of world.inventory.devices) {
      if (world.place(name).device.unreachable !== null) world.bootPlace(name, 'all');
    }
  },
  row: () => deviceRow,
};
