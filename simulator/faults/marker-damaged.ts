import { type MarkerDamage, markerDamages } from '../world/marker-disk.ts';
import { deviceRow, type FaultKind } from './fault.ts';
import { firstOf, targetsLoadBalancer, variantAmong } from './problems.ts';

const isDamage = (word: string): word is MarkerDamage =>
  markerDamages.some((each) => each === word);

/**
 * The marker of a load balancer is damaged on every host that knows of it, also where it was removed. It is
 * not healed: the agents of the host have to do that.
 */
export const markerDamaged: FaultKind = {
  name: 'marker-damaged',
  summary:
    "A load balancer's marker on a host's disk is gone, torn, garbage, or an older one from a backup.",
  draw: (stream, frame) => ({
    kind: 'marker-damaged',
    atMs: stream.between(frame.fromMs, frame.untilMs),
    forMs: 0,
    target: stream.pick(frame.loadBalancers),
    variant: stream.pick(markerDamages),
  }),
  problem: firstOf(targetsLoadBalancer, variantAmong(markerDamages)),
  start(world, { target, variant }) {
    for (const { markers } of world.places.values()) {
      for (const id of markers?.named(target) ?? []) {
        if (isDamage(variant)) markers?.damage(id, variant);
      }
    }
  },
  stop: () => undefined,
  heal: () => undefined,
  row: () => deviceRow,
};
