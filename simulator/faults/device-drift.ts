import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import { deviceRow, type FaultKind } from './fault.ts';
import { servedAs } from './served-as.ts';
import { firstOf, targetsLoadBalancer, variantAmong } from './problems.ts';

const ways = ['changed', 'deleted'];

/** A person changes what a device serves, or throws it away, behind the drivers' backs. */
export const deviceDrift: FaultKind = {
  name: 'device-drift',
  summary: 'A person changes a load balancer on its device, or throws it away there.',
  draw: (stream, frame) => ({
    kind: 'device-drift',
    atMs: stream.between(frame.fromMs, frame.untilMs),
    forMs: 0,
    target: stream.pick(frame.loadBalancers),
    variant: stream.pick(ways),
  }),
  problem: firstOf(targetsLoadBalancer, variantAmong(ways)),
  start(world, { target, variant }) {
    for (const { place, id } of servedAs(world, target)) {
      place.device.tamper(id, variant === 'deleted' ? () => null : byHand);
      if (variant === 'deleted') world.forgot(place.name, id);
    }
  },
  stop: () => undefined,
  heal: () => undefined,
  row: () => deviceRow,
};

function byHand(document: LoadBalancerDocument): LoadBalancerDocument {
  const listeners = document.listeners.map((each) => ({ ...each, connection_limit: 1 }));
  return { ...document, listeners, description: 'changed by hand' };
}
