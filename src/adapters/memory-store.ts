import type { Clock } from '../../machines/ports/clock.ts';
import {
  bucketNames,
  type Store,
  type StoreChange,
  type StoreEntry,
  type Stores,
  StoreUnavailable,
  UnknownOutcome,
  type Watch,
  type WriteResult,
} from '../ports/store.ts';
import { Link } from './link.ts';
import { assertKey, assertRecord, writeIdWindowMs } from './record-rules.ts';

export type StoreOperation = 'get' | 'create' | 'update' | 'remove' | 'watch';

/** The two ways of an operation: to the store, and back with the answer or a watched change. */
export type StoreHop = 'request' | 'answer';

export interface MemoryStoreOptions {
  /** For error messages. */
  readonly bucket?: string;
  /** Milliseconds that one hop takes. */
  readonly delayMs?: (operation: StoreOperation, key: string, hop: StoreHop) => number;
  /** Told of each change at the moment of its commit. */
  readonly onCommitted?: (change: StoreChange) => void;
}

/**
 * What the next write meets: a refusal; a lost acknowledgement of a committed write; or a write
 * that is lost and whose sender can't know it.
 */
export type StoreFailure = 'unavailable' | 'unknown-committed' | 'unknown-lost';

/** A key's newest write; a null value is the tombstone that a removal leaves. */
interface Slot {
  readonly value: string | null;
  readonly revision: number;
}

interface Write {
  readonly operation: 'create' | 'update' | 'remove';
  readonly key: string;
  readonly value: string | null;
  /** Null: the key must not exist. */
  readonly expected: number | null;
  readonly writeId: string;
}

interface Watcher {
  readonly link: Link;
  active: boolean;
  onChange(change: StoreChange): void;
}

/** The JetStream bucket's twin: the same conditions, tombstones and write ids, on a clock's time. */
export class MemoryStore implements Store {
  readonly #clock: Clock;
  readonly #bucket: string;
  readonly #delayMs: (operation: StoreOperation, key: string, hop: StoreHop) => number;
  readonly #onCommitted: (change: StoreChange) => void;
  readonly #slots = new Map<string, Slot>();
  readonly #committed = new Map<string, { revision: number; atMs: number }>();
  readonly #watchers = new Set<Watcher>();
  readonly #failures: StoreFailure[] = [];
  #revision = 0;

  constructor(clock: Clock, options: MemoryStoreOptions = {}) {
    this.#clock = clock;
    this.#bucket = options.bucket ?? 'the store';
    this.#delayMs = options.delayMs ?? (() => 0);
    this.#onCommitted = options.onCommitted ?? (() => undefined);
  }

  async get(key: string): Promise<StoreEntry | null> {
    assertKey(key);
    await this.#hop('get', key, 'request');
    const slot = this.#slots.get(key);
    await this.#hop('get', key, 'answer');
    if (slot === undefined || slot.value === null) return null;
    return { key, value: slot.value, revision: slot.revision };
  }

  async newest(): Promise<number> {
    await this.#hop('get', '', 'request');
    const revision = this.#revision;
    await this.#hop('get', '', 'answer');
    return revision;
  }

  create(key: string, value: string, writeId: string): Promise<WriteResult> {
    return this.#write({ operation: 'create', key, value, expected: null, writeId });
  }

  update(key: string, value: string, revision: number, writeId: string): Promise<WriteResult> {
    return this.#write({ operation: 'update', key, value, expected: revision, writeId });
  }

  remove(key: string, revision: number, writeId: string): Promise<WriteResult> {
    return this.#write({ operation: 'remove', key, value: null, expected: revision, writeId });
  }

  watch(onChange: (change: StoreChange) => void, onReady: (revision: number) => void): Watch {
    const link = new Link(this.#clock);
    const watcher: Watcher = { link, active: true, onChange };
    this.#clock.setTimer(this.#delayMs('watch', '', 'request'), () => {
      if (!watcher.active) return;
      this.#watchers.add(watcher);
      for (const { key, value, revision } of this.snapshot()) {
        this.#tell(watcher, { type: 'put', key, value, revision });
      }
      const revision = this.#revision;
      link.send(this.#delayMs('watch', '', 'answer'), () => {
        if (watcher.active) onReady(revision);
      });
    });
    return {
      stop: () => {
        watcher.active = false;
        this.#watchers.delete(watcher);
      },
    };
  }

  /** The next write meets this failure; several calls queue up. */
  failNext(failure: StoreFailure): void {
    this.#failures.push(failure);
  }

  /** Every present entry, oldest write first. */
  snapshot(): readonly StoreEntry[] {
    const entries: StoreEntry[] = [];
    for (const [key, { value, revision }] of this.#slots) {
      if (value !== null) entries.push({ key, value, revision });
    }
    return entries;
  }

  async #write(write: Write): Promise<WriteResult> {
    const { operation, key, value } = write;
    assertKey(key);
    if (value !== null) assertRecord(this.#bucket, key, value);
    const failure = this.#failures.shift();
    await this.#hop(operation, key, 'request');
    const what = `${operation} of ${key} in ${this.#bucket}`;
    if (failure === 'unavailable') throw new StoreUnavailable(`${what}: no leader`);
    const result = failure === 'unknown-lost' ? null : this.#commit(write);
    await this.#hop(operation, key, 'answer');
    if (result === null || failure === 'unknown-committed') {
      throw new UnknownOutcome(`${what}: no acknowledgement came`);
    }
    return result;
  }

  #commit(write: Write): WriteResult {
    const writeKey = `${write.key} ${write.writeId}`;
    this.#forgetOldWrites();
    const earlier = this.#committed.get(writeKey);
    if (earlier !== undefined) return { committed: true, revision: earlier.revision };
    const slot = this.#slots.get(write.key);
    const admitted =
      write.expected === null
        ? slot === undefined || slot.value === null
        : write.expected === (slot?.revision ?? 0);
    if (!admitted) return { committed: false };
    this.#revision += 1;
    const revision = this.#revision;
    this.#committed.set(writeKey, { revision, atMs: this.#clock.monotonicMs() });
    // Deleted first, so that the map's order is the order of the newest writes.
    this.#slots.delete(write.key);
    this.#slots.set(write.key, { value: write.value, revision });
    const { key, value } = write;
    const change: StoreChange =
      value === null ? { type: 'removed', key, revision } : { type: 'put', key, value, revision };
    this.#onCommitted(change);
    for (const watcher of this.#watchers) this.#tell(watcher, change);
    return { committed: true, revision };
  }

  #tell(watcher: Watcher, change: StoreChange): void {
    watcher.link.send(this.#delayMs('watch', change.key, 'answer'), () => {
      if (watcher.active) watcher.onChange(change);
    });
  }

  #forgetOldWrites(): void {
    const oldestMs = this.#clock.monotonicMs() - writeIdWindowMs;
    for (const [writeKey, { atMs }] of this.#committed) {
      if (atMs >= oldestMs) return;
      this.#committed.delete(writeKey);
    }
  }

  #hop(operation: StoreOperation, key: string, hop: StoreHop): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimer(this.#delayMs(operation, key, hop), resolve);
    });
  }
}

/** The stores as {@link MemoryStore}s, for the hooks of tests. */
export type MemoryStores = { readonly [bucket in keyof Stores]: MemoryStore };

/** One store for each bucket; `delayMs` is the same for all. */
export function memoryStores(
  clock: Clock,
  options: Omit<MemoryStoreOptions, 'bucket' | 'onCommitted'> & {
    readonly onCommitted?: (bucket: keyof Stores, change: StoreChange) => void;
  } = {},
): MemoryStores {
  const { onCommitted, ...shared } = options;
  const entries = bucketNames.map((bucket) => [
    bucket,
    new MemoryStore(clock, {
      ...shared,
      bucket,
      onCommitted: (change) => onCommitted?.(bucket, change),
    }),
  ]);
  return Object.fromEntries(entries) as MemoryStores;
}
