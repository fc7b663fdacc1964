import type { BucketWrite } from '../../../src/adapters/memory-bucket.ts';

/** A write, and the process whose it is. */
export interface SentWrite extends BucketWrite {
  readonly by: string;
}

/** What becomes of a write whose leader is lost before it has answered. */
export type Orphaned = 'lost' | 'later';

/**
 * The server that takes a bucket's writes. While there is none, writes are refused or unanswered,
 * and those that were under way to the old one are lost, or committed by the next one, which had them
 * in its log already. Their senders can't know.
 */
export class StreamLeader {
  #terms = 1;
  #present = true;
  #inherited: SentWrite[] = [];

  get present(): boolean {
    return this.#present;
  }

  /** Changes with every loss: what began under another term gets no answer. */
  get term(): number {
    return this.#terms;
  }

  lose(): void {
    if (!this.#present) return;
    this.#present = false;
    this.#terms += 1;
  }

  inherit(write: SentWrite): void {
    this.#inherited.push(write);
  }

  /** Nobody has what was under way any more. */
  forget(): void {
    this.#inherited = [];
  }

  /** A new one takes its place; gives what it commits first. */
  elect(): readonly SentWrite[] {
    if (this.#present) return [];
    this.#present = true;
    return this.#inherited.splice(0);
  }
}
