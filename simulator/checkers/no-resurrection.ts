import { DeviceMemory } from '../evidence/device-memory.ts';
import { isFenced } from '../world/places.ts';
import type { SharedCheckerKind } from './checker.ts';

/** Nothing is applied for a load balancer after it was removed. */
export const noResurrection: SharedCheckerKind = {
  name: 'no-resurrection',
  start({ world, violate }) {
    const removed = new DeviceMemory<true>();
    return {
      onEvent(event) {
        if (removed.forgets(event) || event.type !== 'device') return;
        if (!isFenced(world.place(event.place))) return;
        const { kind, lb, agent, epoch, raced } = event.entry;
        if (kind === 'removed') removed.set(event.place, lb, true);
        else if (kind !== 'refused' && removed.get(event.place, lb) === true) {
          // A fence that reads and then writes lets this happen; it must be gone at the end.
          if (raced === true) removed.drop(event.place, lb);
          else violate(`${agent} applied epoch ${epoch} after it was removed`, lb);
        }
      },
    };
  },
};
