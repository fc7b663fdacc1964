import type { CheckerKind } from './checker.ts';
import { desiredOf } from './records.ts';

/**
 * What is served goes on being served, whoever of the agents and controllers dies: only what befalls
 * the device itself, or a deletion, ends it.
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
      violate(`a call ended its traffic on ${place}, and nobody wants to delete it`, loadBalancer);
    },
  }),
};
