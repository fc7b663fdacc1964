/** What the place that commits an edit knows about it: the document's next generation, and the time. */
export interface Stamp {
  readonly generation: number;
  /** UTC without a zone and without fractions, as {@link timestampOf} writes it. */
  readonly now: string;
}

interface Tracked {
  readonly created_at: string;
  readonly updated_at: string | null;
  readonly created_generation: number;
  readonly changed_generation: number;
}

/** Wall time in the form of Octavia's `created_at`: `2019-05-01T09:00:00`, UTC. */
export function timestampOf(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 19);
}

/** The resource as new in this edit, whatever its sender wrote into these fields. */
export function created<T extends Tracked>(resource: T, stamp: Stamp): T {
  return {
    ...resource,
    created_at: stamp.now,
    updated_at: null,
    created_generation: stamp.generation,
    changed_generation: stamp.generation,
  };
}

/** The resource as changed by this edit. */
export function changed<T extends Tracked>(resource: T, stamp: Stamp): T {
  return { ...resource, updated_at: stamp.now, changed_generation: stamp.generation };
}
