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
  /** Load balancers of which the record was lost as a whole, and when it was written again; null: not yet. */
  readonly #gone = new Map<string, number | null>();

  readonly observer: Observer = (event, atMs) => {
    if (event.type === 'lost') this.#note(event, atMs);
    else if (event.type === 'stored' && event.bucket === 'desired') {
      const { type, key } = event.change;
      if (type === 'put' && this.#gone.get(key) === null) this.#gone.set(key, atMs);
    }
  };

  of(bucket: BucketName, key: string): readonly LostWrites[] {
    return this.#lost.get(`${bucket} ${key}`) ?? [];
  }

  /** Was there a record of the load balancer, of which nothing was left, and nobody has written it again since? */
  ofCreation(loadBalancer: string): boolean {
    return this.#gone.get(loadBalancer) === null;
  }

  /** The same, at that time or later. */
  ofCreationSince(loadBalancer: string, sinceMs: number): boolean {
    const backMs = this.#gone.get(loadBalancer);
    return backMs !== undefined && (backMs === null || backMs >= sinceMs);
  }

  /** Was its deletion on record, and is not, or was not for a while: lost at that time or later? */
  ofDeletion(loadBalancer: string, sinceMs = 0): boolean {
    return this.of('desired', loadBalancer).some(({ atMs, changes, now }) => {
      return atMs >= sinceMs && changes.some(isDeletion) && (now === null || !isDeletion(now));
    });
  }

  /** Was its record removed, is there again, and that removal lost at that time or later? */
  ofRemoval(loadBalancer: string, sinceMs = 0): boolean {
    return this.of('desired', loadBalancer).some(({ atMs, changes, now }) => {
      const wasRemoved = changes.some(({ type }) => type === 'removed');
      return atMs >= sinceMs && wasRemoved && now?.type === 'put';
    });
  }

  #note({ bucket, key, changes, now }: Extract<WorldEvent, { type: 'lost' }>, atMs: number): void {
    if (bucket === 'desired' && now === null) this.#gone.set(key, null);
    const name = `${bucket} ${key}`;
    const losses = this.#lost.get(name) ?? [];
    losses.push({ atMs, changes, now });
    this.#lost.set(name, losses);
  }
}

const isDeletion = (change: StoreChange): boolean =>
  change.type === 'removed' || change.value.includes('"status":"deleting"');
