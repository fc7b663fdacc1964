import type { WorldEvent } from '../world/events.ts';
import type { World } from '../world/world.ts';

type EventType = WorldEvent['type'];
type EventOf<T extends EventType> = Extract<WorldEvent, { readonly type: T }>;

/** Looks at each event of one type; true where the mark is reached by it. */
export interface Watch {
  readonly type: EventType;
  look(event: WorldEvent, atMs: number): boolean;
}

/**
 * A situation that must be reached now and then: a property that holds only because its danger never
 * came up was not tested. One entry in a list of this folder. The name is what users see.
 */
export interface MarkKind {
  readonly name: string;
  /** What happened, in a sentence. */
  readonly summary: string;
  /** Begins to look at one run; not asked any more once the mark is reached. */
  start(world: World): readonly Watch[];
}

export function on<T extends EventType>(
  type: T,
  look: (event: EventOf<T>, atMs: number) => boolean,
): Watch {
  return { type, look: (event, atMs) => isOf(event, type) && look(event, atMs) };
}

/** Looks at each event of a type only to remember something of it. */
export function noting<T extends EventType>(type: T, note: (event: EventOf<T>) => void): Watch {
  return on(type, (event) => {
    note(event);
    return false;
  });
}

function isOf<T extends EventType>(event: WorldEvent, type: T): event is EventOf<T> {
  return event.type === type;
}
