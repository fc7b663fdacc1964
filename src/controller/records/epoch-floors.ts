import type { LoadBalancerContext } from '../../../machines/load-balancer/context.ts';
import type { LoadBalancerEvent } from '../../../machines/load-balancer/events.ts';
import { nobody } from '../../../machines/protocol/seat.ts';
import { type Bindings, type Held, heldBy, heldIn, type Holder, newerOf, unheld } from './held.ts';
import { Removals } from './removals.ts';

/** What is known of one load balancer. */
interface Floor {
  /** The last epoch that this controller's own actor has committed; 0 where another one owns it. */
  committed: number;
  /** The greatest one that was read in a record which was lost afterwards, or told by an agent. */
  seen: number;
  /** By the newest record that was committed here, or was known when it was lost. */
  held: Held;
}

/**
 * The last epochs that this controller has seen on record or was told of: where a store has lost
 * acknowledged writes, it may name an older one than was given. Whoever is named next has to be above it (R9).
 */
export class EpochFloors {
  /** What was removed, which the store may lose. */
  readonly removals = new Removals();
  readonly #floors = new Map<string, Floor>();

  committed(id: string, context: Bindings): void {
    const floor = this.#of(id);
    floor.committed = context.lastEpoch;
    floor.held = newerOf(heldBy(context), floor.held);
  }

  /** Null where there was none, or none of whom it is clear that he may go on. */
  holder(id: string): Holder | null {
    return this.newest(id).holder;
  }

  /** Takes the record as it was before it was lost. */
  lost(id: string, record: string): void {
    this.told(id, heldIn(record));
  }

  /** Another controller has read that on record. */
  told(id: string, held: Held): void {
    this.claimed(id, held.lastEpoch);
    const floor = this.#of(id);
    floor.held = newerOf(held, floor.held);
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
    const { lastEpoch, holder } = newerOf(
      record === null ? unheld : heldIn(record),
      this.#held(id),
    );
    this.removals.unbound(id, { lastEpoch: Math.max(lastEpoch, this.#lastEpoch(id)), holder });
    this.#floors.delete(id);
  }

  /** The greatest epoch that is known to have been given, and the last holder. */
  newest(id: string): Held {
    const removed = this.removals.held(id);
    const { holder } = newerOf(this.#held(id), removed);
    return { lastEpoch: Math.max(this.#lastEpoch(id), removed.lastEpoch), holder };
  }

  /** What a record has to be told that names an older epoch than was given; null for any other. */
  claim(
    id: string,
    { lastEpoch }: Pick<LoadBalancerContext, 'lastEpoch'>,
    at: number,
  ): LoadBalancerEvent | null {
    const { lastEpoch: seen } = this.newest(id);
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

  #held(id: string): Held {
    return this.#floors.get(id)?.held ?? unheld;
  }

  #lastEpoch(id: string): number {
    const floor = this.#floors.get(id);
    return floor === undefined ? 0 : Math.max(floor.committed, floor.seen);
  }
}
