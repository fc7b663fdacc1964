/**
 * Thrown when a write was refused for now (no leader, disconnected before sending, or connected again and
 * not yet told what has changed): nothing was written. Or when a question has no answer for now.
 */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** Thrown when a read was answered by somebody who is behind: with less than the reader knows. */
export class AnswerFromThePast extends StoreUnavailable {
  constructor(key: string, after: number) {
    super(`the answer has nothing of ${key} after revision ${after}`);
  }
}

/** Thrown when a write was sent and no answer came: it may be committed, now or later. */
export class UnknownOutcome extends Error {
  override readonly name = 'UnknownOutcome';
}

/** Thrown at a value above {@link recordBytesMax}; nothing was sent. */
export class RecordTooLarge extends Error {
  override readonly name = 'RecordTooLarge';
}

export interface StoreEntry {
  readonly key: string;
  readonly value: string;
  /** Grows with every write to the bucket; a key's own revisions are a subset. */
  readonly revision: number;
}

/** What a watch sees: a value, or that a key was removed. */
export type StoreChange = (
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'removed'; readonly key: string }
) & {
  readonly revision: number;
  /**
   * The watch is catching up, and more is to come. Only the newest value of a key is kept, so what was
   * written before this revision may have been replaced by what is still to come.
   */
  readonly behind?: true;
};

/** A refused compare-and-swap: someone else wrote. */
export type WriteResult =
  { readonly committed: true; readonly revision: number } | { readonly committed: false };

export interface Watch {
  /** False from the loss of its connection until it has told what changed meanwhile: what it told before may be lost. */
  readonly current: boolean;
  stop(): void;
}

/**
 * One bucket of records, written by compare-and-swap only. Keys are dot-separated tokens of
 * `[A-Za-z0-9_-]`. Every write may throw {@link StoreUnavailable}, {@link UnknownOutcome} or
 * {@link RecordTooLarge}. A write that is repeated byte for byte under the same `writeId` and
 * expectation commits once, and both calls answer with that revision.
 */
export interface Store {
  /**
   * The newest entry, as the bucket's leader has it; throws {@link StoreUnavailable} without one. A
   * leader that was just deposed may still answer from the past, so an answer decides nothing that a
   * compare-and-swap does not confirm. Whoever knows that the key was written after a revision says so:
   * an answer from before is then an error as well, and null means that the key was removed.
   */
  get(key: string, after?: number): Promise<StoreEntry | null>;
  /**
   * The bucket's newest revision, by the word of whoever takes its writes: no write that was
   * acknowledged before the question is newer. 0 where nothing was ever written. May throw
   * {@link StoreUnavailable}: so it does after a reconnect, until each watch of this store has told
   * everything that changed meanwhile. What a watch told before may be lost and its number given again,
   * and whoever knows that number would take himself for up to date.
   */
  newest(): Promise<number>;
  /**
   * Was the key removed, by {@link remove}? True only where its removal marker was read: a key that
   * was never there, or whose bucket was made anew, is not removed. False may be stale. May throw
   * {@link StoreUnavailable}.
   */
  wasRemoved(key: string): Promise<boolean>;
  /** Commits only if the key does not exist, or was removed. */
  create(key: string, value: string, writeId: string): Promise<WriteResult>;
  /**
   * Commits only if the key's newest revision is `revision`. A removed key keeps its removal's, and 0
   * is that of a key which has never been: so what must not come back is written with this.
   */
  update(key: string, value: string, revision: number, writeId: string): Promise<WriteResult>;
  /** Removes the key only if its newest revision is `revision`. */
  remove(key: string, revision: number, writeId: string): Promise<WriteResult>;
  /**
   * Every present entry first, then `onReady`, with the revision up to which everything was told, then
   * each change in order. Changes may be delivered again after a reconnect: compare revisions. Once
   * everything that changed meanwhile was told, `onReady` follows again. Until then nothing is written
   * through this store, and its newest revision is not told, because what it knew may be lost: an
   * acknowledged revision that is newer than what the watch has told by then is.
   *
   * `onRewound`: the bucket has lost acknowledged writes of which this watch had told, or may have. The
   * newest change of each key follows once more, and then `onReady`. Until then no revision is too low
   * to be the newest one of its key, and a key that is not told again is lost.
   */
  watch(
    onChange: (change: StoreChange) => void,
    onReady: (revision: number) => void,
    onRewound?: () => void,
  ): Watch;
}

/** A record's size limit in bytes; under the bus's payload limit, with room for the envelope. */
export const recordBytesMax = 512 * 1024;

/** One bucket for each kind of record. */
export interface Stores {
  readonly desired: Store;
  readonly binding: Store;
  readonly liveness: Store;
  readonly shards: Store;
  readonly vips: Store;
}

export const bucketNames = ['desired', 'binding', 'liveness', 'shards', 'vips'] as const;
