import type { StoreChange } from '../../src/ports/store.ts';
import type { BucketName, Observer, WorldEvent } from './events.ts';

/** Acknowledged writes of one record that its store has lost, and what it holds since then. */
export interface LostWrites {
  readonly atMs: number;
  /** Oldest first. */
  readonly changes: readonly StoreChange[];
  readonly now: StoreChange | null;
}

/**
 * What stores have lost although they had acknowledged it. A checker that holds the system to what was
 * acknowledged asks here, record by record, and excuses nothing else.
 */
export class Losses {
  readonly #lost = new Map<string, LostWrites[]>();

  readonly observer: Observer = (event, atMs) => {
    if (event.type === 'lost') this.#note(event, atMs);
  };

  of(bucket: BucketName, key: string): readonly LostWrites[] {
    return this.#lost.get(`${bucket} ${key}`) ?? [];
  }

  /** Was there a record of the load balancer, of which nothing was left? */
  ofCreation(loadBalancer: string): boolean {
    return this.of('desired', loadBalancer).some(({ now }) => now === null);
  }

  /** Was its deletion on record, and is not, or was not for a while? */
  ofDeletion(loadBalancer: string): boolean {
    return this.of('desired', loadBalancer).some(
      ({ changes, now }) => changes.some(isDeletion) && (now === null || !isDeletion(now)),
    );
  }

  #note({ bucket, key, changes, now }: Extract<WorldEvent, { type: 'lost' }>, atMs: number): void {
    const name = `${bucket} ${key}`;
    const losses = this.#lost.get(name) ?? [];
    losses.push({ atMs, changes, now });
    this.#lost.set(name, losses);
  }
}

const isDeletion = (change: StoreChange): boolean =>
  change.type === 'removed' || change.value.includes('"status":"deleting"');
