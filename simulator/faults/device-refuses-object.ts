import { deviceRow, type FaultKind, span } from './fault.ts';
import { firstOf, targetsLoadBalancer, variantSays } from './problems.ts';

const words = ['port 80 is taken', 'no such VLAN', 'the certificate has expired'];

/** Devices refuse one load balancer's configuration in their own words, and no other's. */
export const deviceRefusesObject: FaultKind = {
  name: 'device-refuses-object',
  summary: "One load balancer's configuration is refused by its device, in the device's own words.",
  draw: (stream, frame) => ({
    kind: 'device-refuses-object',
    ...span(stream, frame, [500, 10_000]),
    target: stream.pick(frame.loadBalancers),
    variant: stream.pick(words),
  }),
  problem: firstOf(
    targetsLoadBalancer,
    variantSays("be the device's words, such as 'no such VLAN'"),
  ),
  start: (world, { target, variant }) => {
    for (const { device } of world.places.values()) device.trouble.refuse(target, variant);
  },
  stop: (world, { target }) => {
    for (const { device } of world.places.values()) device.trouble.refuse(target, null);
  },
  heal: (world) => {
    for (const { device } of world.places.values()) device.trouble.accept();
  },
  row: () => deviceRow,
};
