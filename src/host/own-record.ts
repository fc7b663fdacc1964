import type { WriteResult } from '../ports/store.ts';
import type { ActorKind } from './actor-kind.ts';
import { putUntilKnown, type Replaced, removeUntilKnown } from './commit.ts';
import type { HostServices } from './host-services.ts';
import { Lineage } from './lineage.ts';
import { encodeRecord, type RawRecord } from './record.ts';

/** What an actor knows of its own record: the newest revision, and the writes that led to it. */
export class OwnRecord {
  /** Known committed; 0 means that there is no record yet. */
  revision = 0;
  #losses = 0;
  #isLeft = false;
  /** A loss was told during the present write, and what it left is older than what is known. */
  #isLeftOlder = false;
  /** The revision that the last loss left; null where what stands there was read since. */
  #leftAt: number | null = null;
  readonly #lineage = new Lineage();

  /** It was read, and is what everything else begins with. */
  read(revision: number, write: string): void {
    this.#lineage.note(write);
    this.revision = revision;
    this.#leftAt = null;
  }

  /** Is what was known committed lost, and not on record again yet? */
  get isLost(): boolean {
    return this.#leftAt === this.revision;
  }

  write(
    key: string,
    kind: ActorKind<unknown>,
    snapshot: object,
    { nextWriteId, commitOptions }: HostServices,
  ): Promise<WriteResult> {
    const write = nextWriteId();
    this.#lineage.note(write);
    const text = encodeRecord(kind, write, snapshot);
    this.#isLeftOlder = false;
    return putUntilKnown(kind.store, { ...this.#replaced(key, write), text }, commitOptions);
  }

  remove(
    key: string,
    { store }: ActorKind<unknown>,
    { nextWriteId, commitOptions }: HostServices,
  ): Promise<WriteResult> {
    return removeUntilKnown(store, this.#replaced(key, nextWriteId()), commitOptions);
  }

  #replaced(key: string, write: string): Replaced {
    const losses = this.#losses;
    const isLost = () => this.#isLeft || this.#losses !== losses;
    return { key, revision: this.revision, write, isLost };
  }

  /**
   * The store has lost the newest revisions, and this is left. True where what is known is to be written
   * on top of it; otherwise it was written by somebody who knew no better, and has to be read. What is
   * just being written is refused.
   */
  lost(record: RawRecord | null): boolean {
    this.#losses += 1;
    const isBehind = this.#lineage.isBehind(record);
    this.#isLeftOlder = isBehind;
    if (record === null) this.revision = 0;
    else this.revision = isBehind ? record.revision : record.revision - 1;
    this.#leftAt = this.revision;
    return isBehind;
  }

  /**
   * Its actor is gone, and is told of no loss any more. What is just being written is not tried again: the
   * revision that it is to replace may be lost by then, and its number given to what somebody else has done.
   */
  leave(): void {
    this.#isLeft = true;
  }

  /**
   * A write was refused: only because what it was to replace is lost, so that what is known belongs on
   * top of what is left? Asked once of each refusal.
   */
  refusedByLoss(): boolean {
    const isBehind = this.#isLeftOlder;
    this.#isLeftOlder = false;
    return isBehind;
  }

  /** Is something known beyond this, which is all that the store has? */
  isBeyond(record: RawRecord | null): boolean {
    return this.#lineage.hasLost(this.revision, record);
  }
}
