import { bindingRecord, liveRecord } from '../evidence/on-record.ts';
import { isRemovedUnheard } from '../evidence/removed-unheard.ts';
import type { Place } from '../world/places.ts';
import type { World } from '../world/world.ts';
import type { CheckerKind } from './checker.ts';

/**
 * What is served goes on being served, whoever of the agents and controllers dies: only what befalls
 * the device itself, a deletion, or its move to another host ends it there.
 */
export const trafficGoesOn: CheckerKind = {
  name: 'traffic-goes-on',
  start: ({ world, violate }) => ({
    onEvent(event) {
      if (event.type !== 'served' || event.agent !== null || event.cause === 'trouble') return;
      const { loadBalancer, place } = event;
      if (liveRecord(world, loadBalancer) === null) return;
      // Somebody wanted to, and was carrying it out when the store lost the deletion.
      if (isRemovedUnheard(world, world.place(place), loadBalancer)) return;
      if (hasLeft(world, world.place(place), loadBalancer)) return;
      violate(`a call ended its traffic on ${place}, and nobody wants to delete it`, loadBalancer);
    },
  }),
};

/** Its record names a holder on another host, and it moves by lease. */
function hasLeft(world: World, { descriptor, host }: Place, loadBalancer: string): boolean {
  if (descriptor.fence !== 'lease') return false;
  const binding = bindingRecord(world, loadBalancer)?.context.binding ?? null;
  return binding !== null && world.hostOf(binding.agent) !== host;
}
