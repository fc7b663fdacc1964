import type { Place } from '../world/places.ts';
import type { World } from '../world/world.ts';

/**
 * Was its deletion carried out at this place, and lost by its store? Then it is on record as it was, and for good gone
 * from its device (R8). One that was not carried out yet is as alive there as any other.
 */
export function isRemovedUnheard(world: World, place: Place | null, id: string): boolean {
  return world.losses.ofDeletion(id) && place?.device.peek(id)?.marker.removed === true;
}
