/** How many load balancers that are gone are remembered: far more than a store loses at once. */
export const removalsMax = 10_000;

interface Gone {
  /** Its document was removed, which is the end of a deletion. */
  readonly deleted: boolean;
  readonly lastEpoch: number;
}

/**
 * What is known of load balancers whose records were removed. Ids are never used again: one that was deleted, and
 * is on record again, is there because its store has lost the deletion. The oldest are forgotten.
 */
export class Removals {
  readonly #gone = new Map<string, Gone>();

  /** Its document was removed: it was deleted for good. */
  deleted(id: string): void {
    this.#note(id, { deleted: true, lastEpoch: this.lastEpoch(id) });
  }

  /** Its binding record was removed. That alone is no proof of a deletion: a person may have done it. */
  unbound(id: string, lastEpoch: number): void {
    const newest = Math.max(lastEpoch, this.lastEpoch(id));
    this.#note(id, { deleted: this.wasDeleted(id), lastEpoch: newest });
  }

  wasDeleted(id: string): boolean {
    return this.#gone.get(id)?.deleted ?? false;
  }

  /** Its document or its binding record was removed. */
  has(id: string): boolean {
    return this.#gone.has(id);
  }

  /** The last epoch that it is known to have had; 0 where none is. */
  lastEpoch(id: string): number {
    return this.#gone.get(id)?.lastEpoch ?? 0;
  }

  #note(id: string, gone: Gone): void {
    this.#gone.delete(id);
    this.#gone.set(id, gone);
    const [oldest = ''] = this.#gone.keys();
    if (this.#gone.size > removalsMax) this.#gone.delete(oldest);
  }
}
