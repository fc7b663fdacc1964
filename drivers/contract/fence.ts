import { FencedError, type Marker } from './errors.ts';

export interface FenceVerdict {
  /** The marker to write. */
  readonly marker: Marker;
  /** Write the content too, or only claim the epoch? */
  readonly writeContent: boolean;
}

/**
 * Rule R7: two monotone numbers, compared in one conditional write. Throws {@link FencedError} for
 * an older epoch and for every apply after a removal (R8); the refusal carries what the device knows.
 */
export function admitApply(
  held: Marker | null,
  asked: { epoch: number; generation: number },
): FenceVerdict {
  if (held === null) {
    // Not a spread: `asked` may be a whole target, and its content is no part of the marker.
    const { epoch, generation } = asked;
    return { marker: { epoch, generation, removed: false }, writeContent: true };
  }
  if (held.removed) throw new FencedError('the load balancer was removed for good', held);
  refuseOlder(held, asked);
  const writeContent = asked.generation >= held.generation;
  return {
    marker: {
      epoch: asked.epoch,
      generation: Math.max(asked.generation, held.generation),
      removed: false,
    },
    writeContent,
  };
}

/** Rule R8: a removal by a holder that is not stale leaves a tombstone. */
export function admitRemove(
  held: Marker | null,
  asked: { epoch: number; generation: number },
): Marker {
  if (held?.removed === true) return held;
  if (held !== null) refuseOlder(held, asked);
  return {
    epoch: asked.epoch,
    generation: Math.max(asked.generation, held?.generation ?? 0),
    removed: true,
  };
}

function refuseOlder(held: Marker, asked: { epoch: number }): void {
  if (asked.epoch < held.epoch) {
    throw new FencedError(
      `epoch ${asked.epoch} is older than epoch ${held.epoch}, which the device has accepted`,
      held,
    );
  }
}

export function isSameMarker(a: Marker, b: Marker): boolean {
  return a.epoch === b.epoch && a.generation === b.generation && a.removed === b.removed;
}
