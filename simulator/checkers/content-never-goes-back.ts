import { DeviceMemory } from '../evidence/device-memory.ts';
import { isFenced } from '../world/places.ts';
import type { SharedCheckerKind } from './checker.ts';

/** A device never replaces a load balancer's content by an older generation of it. */
export const contentNeverGoesBack: SharedCheckerKind = {
  name: 'content-never-goes-back',
  start({ world, violate }) {
    const newest = new DeviceMemory<number>();
    return {
      onEvent(event) {
        if (newest.forgets(event)) {
          const { place, loadBalancer, now } = event;
          if (now) newest.set(place, loadBalancer, now.generation);
          return;
        }
        if (event.type !== 'device' || event.entry.kind !== 'applied') return;
        if (!isFenced(world.place(event.place))) return;
        const { lb, generation, agent, raced } = event.entry;
        const known = newest.get(event.place, lb) ?? 0;
        // A fence that reads and then writes lets this happen; how long it stands is measured.
        if (generation < known && raced !== true) {
          violate(
            `${agent} wrote generation ${generation} over generation ${known} on ${event.place}`,
            lb,
          );
        } else newest.set(event.place, lb, generation);
      },
    };
  },
};
