import type { Clock } from '../../machines/ports/clock.ts';
import {
  AnswerFromThePast,
  type StoreChange,
  type StoreEntry,
  type WriteResult,
} from '../ports/store.ts';
import { writeIdWindowMs } from './record-rules.ts';

/** One write, as it arrives at the bucket. */
export interface BucketWrite {
  readonly operation: 'create' | 'update' | 'remove';
  readonly key: string;
  /** Null for a removal. */
  readonly value: string | null;
  /** Null: the key must not exist. */
  readonly expected: number | null;
  readonly writeId: string;
}

/** A write that is taken back, and what its key held before. */
export interface Taken {
  readonly key: string;
  readonly before: StoreChange | null;
}

/** A key's newest write; a null value is the tombstone that a removal leaves. */
interface Slot {
  readonly value: string | null;
  readonly revision: number;
}

/** A bucket's contents, and the rules by which they change: conditions, tombstones and write ids. */
export class MemoryBucket {
  readonly #clock: Clock;
  /** In the order of the newest writes. */
  readonly #slots = new Map<string, Slot>();
  readonly #committed = new Map<string, { revision: number; atMs: number }>();
  #revision = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The newest. */
  get revision(): number {
    return this.#revision;
  }

  /** The key's newest change, which may be its removal; null where it was never written. */
  last(key: string): StoreChange | null {
    const slot = this.#slots.get(key);
    return slot === undefined ? null : changeOf(key, slot);
  }

  /** `change` is null where nothing was changed: the write was refused, or is a repeated one. */
  commit(write: BucketWrite): {
    readonly result: WriteResult;
    readonly change: StoreChange | null;
  } {
    const { key, value, expected } = write;
    const writeKey = `${key} ${write.writeId}`;
    this.#forgetOldWrites();
    const earlier = this.#committed.get(writeKey);
    if (earlier !== undefined) {
      return { result: { committed: true, revision: earlier.revision }, change: null };
    }
    const slot = this.#slots.get(key);
    const admitted =
      expected === null
        ? slot === undefined || slot.value === null
        : expected === (slot?.revision ?? 0);
    if (!admitted) return { result: { committed: false }, change: null };
    this.#revision += 1;
    const revision = this.#revision;
    this.#committed.set(writeKey, { revision, atMs: this.#clock.monotonicMs() });
    // Deleted first, so that the map's order is the order of the newest writes.
    this.#slots.delete(key);
    this.#slots.set(key, { value, revision });
    return { result: { committed: true, revision }, change: changeOf(key, { value, revision }) };
  }

  /**
   * Takes the newest writes back, the newest one first: as a bucket has them that lost power before
   * they were on its disk. Their revisions are given again.
   */
  rollBack(lost: readonly Taken[]): void {
    for (const { key, before } of lost) {
      this.#revision -= 1;
      if (before === null) this.#slots.delete(key);
      else this.#slots.set(key, slotOf(before));
    }
    const inOrder = [...this.#slots].toSorted(([, a], [, b]) => a.revision - b.revision);
    this.#slots.clear();
    for (const [key, slot] of inOrder) this.#slots.set(key, slot);
    for (const [writeKey, { revision }] of this.#committed) {
      if (revision > this.#revision) this.#committed.delete(writeKey);
    }
  }

  /** Every present entry, oldest write first. */
  snapshot(): readonly StoreEntry[] {
    const entries: StoreEntry[] = [];
    for (const [key, { value, revision }] of this.#slots) {
      if (value !== null) entries.push({ key, value, revision });
    }
    return entries;
  }

  /** Each key's newest change behind a revision, in their order; removals are among them. */
  changesAfter(revision: number): readonly StoreChange[] {
    const changes: StoreChange[] = [];
    for (const [key, slot] of this.#slots) {
      if (slot.revision > revision) changes.push(changeOf(key, slot));
    }
    return changes;
  }

  #forgetOldWrites(): void {
    const oldestMs = this.#clock.monotonicMs() - writeIdWindowMs;
    for (const [writeKey, { atMs }] of this.#committed) {
      if (atMs >= oldestMs) return;
      this.#committed.delete(writeKey);
    }
  }
}

/** What a reader gets, who knows that the key was written after a revision. */
export function entryOf(
  key: string,
  newest: StoreChange | null,
  after: number | undefined,
): StoreEntry | null {
  if (after !== undefined && (newest?.revision ?? 0) <= after)
    throw new AnswerFromThePast(key, after);
  if (newest === null || newest.type === 'removed') return null;
  const { value, revision } = newest;
  return { key, value, revision };
}

function changeOf(key: string, { value, revision }: Slot): StoreChange {
  return value === null
    ? { type: 'removed', key, revision }
    : { type: 'put', key, value, revision };
}

function slotOf(change: StoreChange): Slot {
  return { value: change.type === 'put' ? change.value : null, revision: change.revision };
}
