import { type RawRecord, writeOf } from './record.ts';

/** Far more than an actor writes within the time that a store may lose. */
const rememberedMax = 64;

/**
 * The newest writes of a record that are known here. Where a store has lost some, an older record that
 * is known can be replaced by what came after it; any other was written by somebody who knew no better.
 */
export class Lineage {
  readonly #writes: string[] = [];

  note(write: string): void {
    if (this.#writes.at(-1) === write) return;
    this.#writes.push(write);
    if (this.#writes.length > rememberedMax) this.#writes.shift();
  }

  knows(write: string): boolean {
    return this.#writes.includes(write);
  }

  /** Is it from before what is known? Before there was a record, nothing was known. */
  isBehind(record: RawRecord | null): boolean {
    return record === null || this.knows(writeOf(record.text));
  }

  /**
   * Was `revision` lost, where this is all that the store has? A lost revision's number is given again,
   * so that it alone does not tell.
   */
  hasLost(revision: number, record: RawRecord | null): boolean {
    const newest = record?.revision ?? 0;
    if (newest !== revision || record === null) return newest < revision;
    // Mostly it is the newest write that stands there; to look for it is cheaper than to parse.
    return !record.text.includes(this.#writes.at(-1) ?? '') && !this.isBehind(record);
  }
}
