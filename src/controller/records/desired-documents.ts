import { Fault } from '../../../machines/model/fault.ts';
import type { Clock } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import {
  type DesiredRecord,
  operationIdsMax,
  readDesired,
} from '../../../machines/protocol/load-balancer-messages.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import {
  type CommitOptions,
  putUntilKnown,
  readUntilKnown,
  removeUntilKnown,
} from '../../host/commit.ts';
import { Lineage } from '../../host/lineage.ts';
import type { RawRecord } from '../../host/record.ts';
import { Retries } from '../../host/retries.ts';
import { stopSignal } from '../../host/stop-signal.ts';
import { RecordTooLarge, type Store, recordBytesMax, type WriteResult } from '../../ports/store.ts';

export interface CommittedDocument {
  readonly record: DesiredRecord;
  readonly revision: number;
}

/** How many edits of one load balancer may wait for their turn. */
export const editsWaitingMax = 64;

/** What an edit makes of a record. */
export type Body = Omit<DesiredRecord, 'schema' | 'write' | 'operationIds'>;

export interface DesiredDocumentsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Timings;
  readonly nonce: string;
  /** Is it known that this load balancer was deleted for good? */
  readonly wasDeleted: (id: string) => boolean;
  /** Called after each commit. */
  readonly committed: (id: string, document: CommittedDocument) => void;
}

/**
 * The desired records of the load balancers that this controller owns. Edits of one load balancer
 * follow each other; each is a compare-and-swap, answered by its commit, and recognised by its
 * operation id if it comes again.
 */
export class DesiredDocuments {
  readonly #options: DesiredDocumentsOptions;
  readonly #documents = new Map<string, CommittedDocument>();
  readonly #tails = new Map<string, { waiting: number; tail: Promise<unknown> }>();
  /** By load balancer, the writes that are known. */
  readonly #lineages = new Map<string, Lineage>();
  /** Whose revision, on which something is being written, the store has lost. */
  readonly #lost = new Set<string>();
  readonly #abort = stopSignal();
  readonly #commit: CommitOptions;
  #writes = 0;

  constructor(options: DesiredDocumentsOptions) {
    this.#options = options;
    const { clock, log, timings } = options;
    const retries = new Retries({ clock, ...timings, signal: this.#abort.signal });
    this.#commit = { log, retries };
  }

  get(id: string): CommittedDocument | null {
    return this.#documents.get(id) ?? null;
  }

  /** Takes over a record that was read when its shard was claimed. */
  adopt(id: string, record: DesiredRecord, revision: number): void {
    const known = this.#documents.get(id);
    if (known === undefined || known.revision < revision) {
      this.#know(id, { record, revision });
    }
  }

  /** Another controller owns it from now on. */
  forget(id: string): void {
    this.#documents.delete(id);
    this.#lineages.delete(id);
  }

  /** Told of a revision by a watch: what was not written here is taken over, and not left to the next edit. */
  async observed(
    id: string,
    revision: number,
    read: () => CommittedDocument | null,
  ): Promise<void> {
    const isKnown = (newest: number) => (this.#documents.get(id)?.revision ?? 0) >= newest;
    if (isKnown(revision)) return;
    // In turn, because it may be the very one that is just being written.
    await this.#inTurn(id, async () => {
      const document = read();
      if (document === null || isKnown(document.revision)) return;
      this.#committed(id, document.record, document.revision);
    });
  }

  /** Told by a watch that the store has lost writes of it: what is known here is written again. */
  async lost(id: string): Promise<void> {
    this.#lost.add(id);
    this.#commit.retries.answered();
    await this.#inTurn(id, () => this.#reload(id));
  }

  /** Told the same where another controller owns it: what is still being written here must not replace that. */
  lostElsewhere(id: string): void {
    if (this.#tails.has(id)) this.#lost.add(id);
  }

  /** What is known here beyond what the store has was lost. */
  resumed(read: (id: string) => RawRecord | null, lost: (id: string) => void): void {
    for (const [id, { revision }] of [...this.#documents]) {
      if (this.#lineages.get(id)?.hasLost(revision, read(id)) === true) lost(id);
    }
    // Of what another controller owns by now it is not known any more what was acknowledged here.
    for (const id of this.#tails.keys()) if (!this.#documents.has(id)) this.#lost.add(id);
    this.#commit.retries.answered();
  }

  create(id: string, operationId: string, body: Body): Promise<number> {
    return this.#inTurn(id, async () => {
      const known = this.#documents.get(id);
      if (known?.record.operationIds.includes(operationId) === true) return known.revision;
      if (known !== undefined)
        throw new Fault(409, `A load balancer with id ${id} exists already.`);
      const record = this.#record(body, [operationId]);
      const result = await this.#write(id, record, 0);
      if (result.committed) return this.#committed(id, record, result.revision);
      const gone = new Fault(409, `A load balancer with id ${id} has been deleted.`);
      // What would be read of it may be old.
      if (this.#options.wasDeleted(id)) throw gone;
      // Perhaps this very operation, committed by a controller that owned the shard before.
      const held = await this.#reload(id, 0);
      if (held?.record.operationIds.includes(operationId) === true) return held.revision;
      if (held === null) throw gone;
      throw new Fault(409, `A load balancer with id ${id} exists already.`);
    });
  }

  /**
   * Replaces the record by what `change` makes of it. `change` may throw a Fault, and may be called
   * again on a newer record; it returns null where nothing has to be written.
   */
  edit(
    id: string,
    operationId: string,
    change: (record: DesiredRecord) => Body | null,
  ): Promise<number> {
    return this.#inTurn(id, async () => {
      // The watch may not have told yet what a controller wrote that owned the shard before.
      let known = this.get(id) ?? (await this.#unheardOf(id));
      for (;;) {
        if (known === null) throw new Fault(404, `Load Balancer ${id} not found.`);
        if (known.record.operationIds.includes(operationId)) return known.revision;
        const body = change(known.record);
        if (body === null) return known.revision;
        const operationIds = [...known.record.operationIds, operationId].slice(-operationIdsMax);
        const record = this.#record(body, operationIds);
        const result = await this.#write(id, record, known.revision);
        if (result.committed) return this.#committed(id, record, result.revision);
        known = await this.#reload(id, known.revision);
      }
    });
  }

  /**
   * The record as the store has it, where none is known here; null where there is none. Ids are never used again: what
   * would be read of one that was deleted for good may be old.
   */
  look(id: string): Promise<CommittedDocument | null> {
    return this.#inTurn(id, async () => {
      const known = this.get(id);
      if (known !== null || this.#options.wasDeleted(id)) return known;
      return await this.#reload(id);
    });
  }

  /**
   * Removes the record, after the binding record is gone. False where it is live, which the store may have gone back to
   * while it was removed: that is never removed.
   */
  purge(id: string): Promise<boolean> {
    return this.#inTurn(id, async () => {
      let known = this.get(id);
      while (known !== null) {
        const { record, revision } = known;
        if (record.status === 'live') return false;
        const removal = { key: id, revision, write: this.#nextWrite(), isLost: this.#isLost(id) };
        const result = await removeUntilKnown(this.#options.store, removal, this.#commit);
        if (result.committed) break;
        known = await this.#read(id, revision);
      }
      this.forget(id);
      return true;
    });
  }

  stop(): void {
    this.#abort.abort(new Fault(503, 'The controller is stopping. Please try again.', 1));
  }

  #record(body: Body, operationIds: string[]): DesiredRecord {
    return { schema: 1, write: this.#nextWrite(), ...body, operationIds };
  }

  #nextWrite(): string {
    this.#writes += 1;
    return `${this.#options.nonce}-desired-${this.#writes}`;
  }

  #isLost(id: string): () => boolean {
    return () => this.#lost.has(id);
  }

  async #write(id: string, record: DesiredRecord, revision: number): Promise<WriteResult> {
    const { store } = this.#options;
    const text = JSON.stringify(record);
    try {
      const replaced = { key: id, revision, write: record.write };
      // A creation replaces nothing.
      const isLost = revision === 0 ? {} : { isLost: this.#isLost(id) };
      const put = { ...replaced, ...isLost, text };
      return await putUntilKnown(store, put, this.#commit);
    } catch (error) {
      if (!(error instanceof RecordTooLarge)) throw error;
      throw new Fault(
        413,
        `The load balancer would need a record of more than ${recordBytesMax} bytes; use fewer listeners, pools or members.`,
      );
    }
  }

  #committed(id: string, record: DesiredRecord, revision: number): number {
    const document = { record, revision };
    this.#know(id, document);
    this.#options.committed(id, document);
    return revision;
  }

  /**
   * The record of one of whom none is known here. What is read of one that was deleted for good is old, or is back
   * because the store has lost that: no actor is told of it before a write has shown which.
   */
  async #unheardOf(id: string): Promise<CommittedDocument | null> {
    if (!this.#options.wasDeleted(id)) return this.#reload(id);
    const { entry } = await readUntilKnown(this.#options.store, id, undefined, this.#commit);
    this.#lost.delete(id);
    return entry === null ? null : { record: readDesired(entry.value), revision: entry.revision };
  }

  /**
   * What somebody else wrote, after the revision `after` where that is known. Its actor is told here,
   * because the watch brings nothing new then.
   */
  async #reload(id: string, after?: number): Promise<CommittedDocument | null> {
    const known = this.get(id);
    const document = await this.#read(id, after);
    const isOlder = (document?.record.generation ?? 0) < (known?.record.generation ?? 0);
    if (known !== null && isOlder && this.#isKnown(id, document)) {
      return this.#restored(id, known.record, document?.revision ?? 0);
    }
    if (document !== null) this.#know(id, document);
    // Not by its revision: one that was lost is given again.
    if (document !== null && document.record.write !== known?.record.write) {
      this.#committed(id, document.record, document.revision);
    }
    return document;
  }

  /** Did this controller read or write it before? Then all that it knows came after that. */
  #isKnown(id: string, document: CommittedDocument | null): boolean {
    return document === null || this.#lineages.get(id)?.knows(document.record.write) === true;
  }

  /** Keeps it in mind as the newest. */
  #know(id: string, document: CommittedDocument): void {
    const lineage = this.#lineages.get(id) ?? new Lineage();
    lineage.note(document.record.write);
    this.#lineages.set(id, lineage);
    this.#documents.set(id, document);
  }

  /**
   * What was acknowledged and the store has lost is written again, on top of what it has now. Where that
   * is the marker of a removal, the record stays removed.
   */
  async #restored(
    id: string,
    known: DesiredRecord,
    revision: number,
  ): Promise<CommittedDocument | null> {
    const record = { ...known, write: this.#nextWrite() };
    const result = await this.#write(id, record, revision);
    if (!result.committed) return this.#reload(id, revision);
    this.#options.log.info({ loadBalancer: id, generation: record.generation }, 'written again');
    this.#committed(id, record, result.revision);
    return this.get(id);
  }

  async #read(id: string, after?: number): Promise<CommittedDocument | null> {
    const { entry } = await readUntilKnown(this.#options.store, id, after, this.#commit);
    this.#lost.delete(id);
    if (entry === null) {
      this.#documents.delete(id);
      return null;
    }
    const record = readDesired(entry.value);
    const document = { record, revision: entry.revision };
    this.#documents.set(id, document);
    return document;
  }

  #inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const queue = this.#tails.get(id) ?? { waiting: 0, tail: Promise.resolve() };
    if (queue.waiting >= editsWaitingMax) {
      const words = `More than ${editsWaitingMax} edits of load balancer ${id} wait.`;
      return Promise.reject(new Fault(503, words, 1));
    }
    queue.waiting += 1;
    const result = queue.tail.then(work);
    const settled = result
      .catch(() => undefined)
      .then(() => {
        queue.waiting -= 1;
        if (queue.waiting > 0) return;
        this.#tails.delete(id);
        this.#lost.delete(id);
      });
    queue.tail = settled;
    this.#tails.set(id, queue);
    return result;
  }
}
