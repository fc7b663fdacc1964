import { z } from 'zod';
import { type LoadBalancerContext, placedOn } from '../../machines/load-balancer/context.ts';
import type { Candidate, LoadBalancerEvent } from '../../machines/load-balancer/events.ts';
import { epoch, nobody } from '../../machines/protocol/seat.ts';
import { Removals } from './removals.ts';

/** The little that matters of a binding record, whatever release has written it. */
const LastEpoch = z.object({
  snapshot: z.object({ context: z.object({ lastEpoch: epoch }) }),
});

/** Who held a load balancer, by a record that was committed here. */
export interface Holder extends Candidate {
  readonly epoch: number;
}

type Known = Pick<LoadBalancerContext, 'lastEpoch' | 'binding' | 'host' | 'device' | 'driver'>;

interface Committed {
  readonly lastEpoch: number;
  readonly holder: Holder | null;
}

/**
 * The last epochs that this controller has seen on record or was told of: where a store has lost
 * acknowledged writes, it may name an older one than was given. Whoever is named next has to be above it (R9).
 */
export class EpochFloors {
  /** What was removed, which the store may lose. */
  readonly removals = new Removals();
  /** Committed by this controller's own actors. */
  readonly #committed = new Map<string, Committed>();
  /** Read in records that were lost afterwards, or told by agents. */
  readonly #seen = new Map<string, number>();

  committed(id: string, context: Known): void {
    this.#committed.set(id, { lastEpoch: context.lastEpoch, holder: holderIn(context) });
  }

  /** Null where there was none, or another controller has committed since. */
  holder(id: string): Holder | null {
    return this.#committed.get(id)?.holder ?? null;
  }

  /** Takes the record as it was before it was lost. */
  lost(id: string, record: string): void {
    this.claimed(id, lastEpochIn(record));
  }

  /** An agent holds it, or was refused by a device that knows it: true, whatever the record says later. */
  claimed(id: string, epochSeen: number): void {
    this.#seen.set(id, Math.max(epochSeen, this.#seen.get(id) ?? 0));
  }

  /** Another controller commits from now on, and what was read of it later may be older. */
  abandon(id: string): void {
    this.#committed.delete(id);
  }

  /** Its binding record is gone; `record` is how it was known last, null where it was not. */
  removed(id: string, record: string | null): void {
    const last = record === null ? 0 : lastEpochIn(record);
    this.removals.unbound(id, Math.max(last, this.#newest(id)));
    this.#committed.delete(id);
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

  #newest(id: string): number {
    return Math.max(this.#committed.get(id)?.lastEpoch ?? 0, this.#seen.get(id) ?? 0);
  }
}

function holderIn(context: Known): Holder | null {
  const { binding, host } = context;
  const device = placedOn(context);
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
