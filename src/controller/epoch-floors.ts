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
      lastEpoch: epoch,
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

type Known = Pick<
  LoadBalancerContext,
  'lastEpoch' | 'binding' | 'host' | 'device' | 'driver' | 'shadows'
>;

/**
 * The last epochs that this controller has seen on record or was told of: where a store has lost
 * acknowledged writes, it may name an older one than was given. Whoever is named next has to be above it (R9).
 */
export class EpochFloors {
  /** What was removed, which the store may lose. */
  readonly removals = new Removals();
  /** Committed by this controller's own actors. */
  readonly #committed = new Map<string, number>();
  /** Who held each by the newest record that was committed here, or was known when it was lost. */
  readonly #holders = new Map<
    string,
    { readonly lastEpoch: number; readonly holder: Holder | null }
  >();
  /** Read in records that were lost afterwards, or told by agents. */
  readonly #seen = new Map<string, number>();

  committed(id: string, context: Known): void {
    this.#committed.set(id, context.lastEpoch);
    this.#noteHolder(id, context);
  }

  /** Null where there was none, or none of whom it is clear that he may go on. */
  holder(id: string): Holder | null {
    return this.#holders.get(id)?.holder ?? null;
  }

  /** Takes the record as it was before it was lost. */
  lost(id: string, record: string): void {
    this.claimed(id, lastEpochIn(record));
    const context = boundIn(record);
    if (context !== null) this.#noteHolder(id, context);
  }

  /** An agent holds it, or was refused by a device that knows it: true, whatever the record says later. */
  claimed(id: string, epochSeen: number): void {
    this.#seen.set(id, Math.max(epochSeen, this.#seen.get(id) ?? 0));
  }

  /** Another controller commits from now on, and what was read of it later may be older. */
  abandon(id: string): void {
    this.#committed.delete(id);
    this.#holders.delete(id);
  }

  /** Its binding record is gone; `record` is how it was known last, null where it was not. */
  removed(id: string, record: string | null): void {
    const last = record === null ? 0 : lastEpochIn(record);
    this.removals.unbound(id, Math.max(last, this.#newest(id)));
    this.#committed.delete(id);
    this.#holders.delete(id);
    this.#seen.delete(id);
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

  #noteHolder(id: string, context: Known): void {
    const { lastEpoch } = context;
    if (lastEpoch < (this.#holders.get(id)?.lastEpoch ?? 0)) return;
    this.#holders.set(id, { lastEpoch, holder: holderIn(context) });
  }

  #newest(id: string): number {
    return Math.max(this.#committed.get(id) ?? 0, this.#seen.get(id) ?? 0);
  }
}

/** One that waits until others have ended (R11) is none yet. */
function holderIn(context: Known): Holder | null {
  const { binding, host, shadows } = context;
  const device = placedOn(context);
  if (shadows.length > 0) return null;
  return binding === null || host === null || device === null ? null : { ...binding, host, device };
}

/** An unreadable record tells none; why it is unreadable, whoever owns it says. */
function lastEpochIn(record: string): number {
  try {
    return LastEpoch.parse(JSON.parse(record)).snapshot.context.lastEpoch;
  } catch {
    return 0;
  }
}

/** Null where it can't be read. */
function boundIn(record: string): Known | null {
  try {
    return Bound.parse(JSON.parse(record)).snapshot.context;
  } catch {
    return null;
  }
}
