import { z } from 'zod';
import { type LoadBalancerContext, placedOn } from '../../machines/load-balancer/context.ts';
import type { Candidate, LoadBalancerEvent } from '../../machines/load-balancer/events.ts';
import { epoch, nobody, Seat } from '../../machines/protocol/seat.ts';
import { Removals } from './removals.ts';

/** The little that matters of a binding record, whatever release has written it. */
const LastEpoch = z.object({
  snapshot: z.object({ context: z.object({ lastEpoch: epoch }) }),
});

/** And of who holds it. */
const Bound = z.object({
  snapshot: z.object({
    context: z.object({
      binding: Seat.nullable(),
      host: z.string().nullable(),
      device: z.string().nullable().default(null),
      driver: z.string(),
      shadows: z.array(Seat).default([]),
    }),
  }),
});

/** Who held a load balancer, by a record. */
export interface Holder extends Candidate {
  readonly epoch: number;
}

type Bindings = Pick<LoadBalancerContext, 'binding' | 'host' | 'device' | 'driver' | 'shadows'>;

/** What a record says of epochs. */
interface Held {
  readonly lastEpoch: number;
  readonly holder: Holder | null;
}

/** What is known of one load balancer. */
interface Floor {
  /** The last epoch that this controller's own actor has committed; 0 where another one owns it. */
  committed: number;
  /** The greatest one that was read in a record which was lost afterwards, or told by an agent. */
  seen: number;
  /** By the newest record that was committed here, or was known when it was lost. */
  held: Held;
}

const unheld: Held = { lastEpoch: 0, holder: null };

/**
 * The last epochs that this controller has seen on record or was told of: where a store has lost
 * acknowledged writes, it may name an older one than was given. Whoever is named next has to be above it (R9).
 */
export class EpochFloors {
  /** What was removed, which the store may lose. */
  readonly removals = new Removals();
  readonly #floors = new Map<string, Floor>();

  committed(id: string, context: Bindings & Pick<LoadBalancerContext, 'lastEpoch'>): void {
    const floor = this.#of(id);
    floor.committed = context.lastEpoch;
    noteHeld(floor, { lastEpoch: context.lastEpoch, holder: holderIn(context) });
  }

  /** Null where there was none, or none of whom it is clear that he may go on. */
  holder(id: string): Holder | null {
    return this.#floors.get(id)?.held.holder ?? null;
  }

  /** Takes the record as it was before it was lost. */
  lost(id: string, record: string): void {
    const held = heldIn(record);
    this.claimed(id, held.lastEpoch);
    noteHeld(this.#of(id), held);
  }

  /** An agent holds it, or was refused by a device that knows it: true, whatever the record says later. */
  claimed(id: string, epochSeen: number): void {
    const floor = this.#of(id);
    floor.seen = Math.max(floor.seen, epochSeen);
  }

  /** Another controller commits from now on, and what was read of it later may be older. */
  abandon(id: string): void {
    const floor = this.#floors.get(id);
    if (floor === undefined) return;
    if (floor.seen === 0) this.#floors.delete(id);
    else Object.assign(floor, { committed: 0, held: unheld });
  }

  /** Its binding record is gone; `record` is how it was known last, null where it was not. */
  removed(id: string, record: string | null): void {
    const last = record === null ? 0 : heldIn(record).lastEpoch;
    this.removals.unbound(id, Math.max(last, this.#newest(id)));
    this.#floors.delete(id);
  }

  /** What a record has to be told that names an older epoch than was given; null for any other. */
  claim(
    id: string,
    { lastEpoch }: Pick<LoadBalancerContext, 'lastEpoch'>,
    at: number,
  ): LoadBalancerEvent | null {
    const seen = Math.max(this.#newest(id), this.removals.lastEpoch(id));
    if (seen <= lastEpoch) return null;
    const who = { agent: nobody, incarnation: 1 };
    return { type: 'claim', ...who, epoch: seen, generation: 0, removed: false, at };
  }

  #of(id: string): Floor {
    const known = this.#floors.get(id);
    if (known !== undefined) return known;
    const floor = { committed: 0, seen: 0, held: unheld };
    this.#floors.set(id, floor);
    return floor;
  }

  #newest(id: string): number {
    const floor = this.#floors.get(id);
    return floor === undefined ? 0 : Math.max(floor.committed, floor.seen);
  }
}

function noteHeld(floor: Floor, held: Held): void {
  if (held.lastEpoch >= floor.held.lastEpoch) floor.held = held;
}

/** One that waits until others have ended (R11) is none yet. */
function holderIn(context: Bindings): Holder | null {
  const { binding, host, shadows } = context;
  const device = placedOn(context);
  if (shadows.length > 0) return null;
  return binding === null || host === null || device === null ? null : { ...binding, host, device };
}

/** An unreadable record tells of none; why it is unreadable, whoever owns it says. */
function heldIn(record: string): Held {
  let value: unknown;
  try {
    value = JSON.parse(record);
  } catch {
    return unheld;
  }
  const last = LastEpoch.safeParse(value);
  if (!last.success) return unheld;
  const bound = Bound.safeParse(value);
  const holder = bound.success ? holderIn(bound.data.snapshot.context) : null;
  return { lastEpoch: last.data.snapshot.context.lastEpoch, holder };
}
