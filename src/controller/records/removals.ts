import { type Held, newerOf, unheld } from './held.ts';

/** How many load balancers that are gone are remembered: far more than a store loses at once. */
export const removalsMax = 10_000;

interface Gone {
  /** Its document was removed, which is the end of a deletion. */
  readonly deleted: boolean;
  /** By the binding record that was removed. */
  readonly held: Held;
}

/**
 * What is known of load balancers whose records were removed. Ids are never used again: one that was deleted, and
 * is on record again, is there because its store has lost the deletion. The oldest are forgotten.
 */
export class Removals {
  readonly #gone = new Map<string, Gone>();

  /** Its document was removed: it was deleted for good. */
  deleted(id: string): void {
    this.#note(id, { deleted: true, held: this.held(id) });
  }

  /** Its binding record was removed. That alone is no proof of a deletion: a person may have done it. */
  unbound(id: string, held: Held): void {
    this.#note(id, { deleted: this.wasDeleted(id), held: newerOf(held, this.held(id)) });
  }

  wasDeleted(id: string): boolean {
    return this.#gone.get(id)?.deleted ?? false;
  }

  /** Its document or its binding record was removed. */
  has(id: string): boolean {
    return this.#gone.has(id);
  }

  /** The last epoch that it is known to have had, and who had it. */
  held(id: string): Held {
    return this.#gone.get(id)?.held ?? unheld;
  }

  #note(id: string, gone: Gone): void {
    this.#gone.delete(id);
    this.#gone.set(id, gone);
    const [oldest = ''] = this.#gone.keys();
    if (this.#gone.size > removalsMax) this.#gone.delete(oldest);
  }
}
