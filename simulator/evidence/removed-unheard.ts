import type { Judged, JudgedPlace } from './judged.ts';

/**
 * Was its deletion carried out at this place, and lost by its store? Then it is on record as it was, and for good gone
 * from its device (R8). One that was not carried out yet is as alive there as any other.
 */
export function isRemovedUnheard(
  world: Pick<Judged, 'losses'>,
  place: JudgedPlace | null,
  id: string,
): boolean {
  return world.losses.ofDeletion(id) && place?.device.peek(id)?.marker.removed === true;
}
