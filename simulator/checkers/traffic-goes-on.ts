import type { CheckerKind } from './checker.ts';
import type { Place } from '../world/places.ts';
import type { World } from '../world/world.ts';
import { bindingOf, desiredOf } from './records.ts';

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
      // The store itself is asked, because what watches it hears later.
      const record = world.stores.desired.snapshot().find(({ key }) => key === loadBalancer);
      if (record === undefined || desiredOf(record.value).status !== 'live') return;
      // Somebody wanted to, and was carrying it out when the store lost the deletion.
      if (world.losses.ofDeletion(loadBalancer)) return;
      if (hasLeft(world, world.place(place), loadBalancer)) return;
      violate(`a call ended its traffic on ${place}, and nobody wants to delete it`, loadBalancer);
    },
  }),
};

/** Its record names a holder on another host, and it moves by lease. */
function hasLeft(world: World, { descriptor, host }: Place, loadBalancer: string): boolean {
  if (descriptor.fence !== 'lease') return false;
  const record = world.stores.binding.snapshot().find(({ key }) => key === loadBalancer);
  const binding = record === undefined ? null : bindingOf(record.value).context.binding;
  return binding !== null && world.hostOf(binding.agent) !== host;
}
