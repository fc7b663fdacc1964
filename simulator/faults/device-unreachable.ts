import { deviceRow, type FaultKind, span } from './fault.ts';
import { variantSays } from './problems.ts';

/** Nobody reaches the device. */
export const deviceUnreachable: FaultKind = {
  name: 'device-unreachable',
  summary: 'Nobody reaches the device.',
  draw: (stream, frame) => ({
    kind: 'device-unreachable',
    ...span(stream, frame, [200, 5_000]),
    target: '',
    variant: 'the network to the device is down',
  }),
  problem: variantSays('say why nobody reaches it'),
  start: (world, { variant }) => world.appliance.trouble.setUnreachable(variant),
  stop: (world) => world.appliance.trouble.setUnreachable(null),
  heal: (world) => world.appliance.trouble.setUnreachable(null),
  row: () => deviceRow,
};
