import { deviceRow, type FaultKind, span } from './fault.ts';
import { firstOf, targetsLoadBalancer, variantSays } from './problems.ts';

const words = ['it is locked', 'it is still in use', 'you are not allowed to do that'];

/** Devices don't let go of one load balancer, and say why; all else of it they carry out. */
export const deviceRefusesRemoval: FaultKind = {
  name: 'device-refuses-removal',
  summary: "One load balancer's removal is refused by its device, in the device's own words.",
  draw: (stream, frame) => ({
    kind: 'device-refuses-removal',
    ...span(stream, frame, [2_000, 20_000]),
    target: stream.pick(frame.loadBalancers),
    variant: stream.pick(words),
  }),
  problem: firstOf(
    targetsLoadBalancer,
    variantSays("be the device's words, such as 'it is locked'"),
  ),
  start: (world, { target, variant }) => {
    for (const { device } of world.places.values()) device.trouble.refuseRemoval(target, variant);
  },
  stop: (world, { target }) => {
    for (const { device } of world.places.values()) device.trouble.refuseRemoval(target, null);
  },
  heal: (world) => {
    for (const { device } of world.places.values()) device.trouble.accept();
  },
  row: () => deviceRow,
};
