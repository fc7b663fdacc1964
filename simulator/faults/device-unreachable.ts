import { type FaultKind, span } from './fault.ts';

/** Nobody reaches the device. */
export const deviceUnreachable: FaultKind = {
  name: 'device-unreachable',
  draw: (stream, frame) => ({
    kind: 'device-unreachable',
    ...span(stream, frame, [200, 5_000]),
    target: '',
    variant: 'the network to the device is down',
  }),
  begin: (world, { variant }) => world.appliance.setUnreachable(variant),
  end: (world) => world.appliance.setUnreachable(null),
};
