import type { Clock } from '../../machines/ports/clock.ts';
import {
  bucketNames,
  type Store,
  type StoreChange,
  type StoreEntry,
  type Stores,
  type Watch,
  type WriteResult,
} from '../ports/store.ts';
import { Link } from './link.ts';
import { type BucketWrite, entryOf, MemoryBucket } from './memory-bucket.ts';
import { assertKey, assertRecord } from './record-rules.ts';

export type StoreOperation = 'get' | 'create' | 'update' | 'remove' | 'watch';

/** The two ways of an operation: to the store, and back with the answer or a watched change. */
export type StoreHop = 'request' | 'answer';

export interface MemoryStoreOptions {
  /** For error messages. */
  readonly bucket?: string;
  /** Milliseconds that one hop takes. */
  readonly delayMs?: (operation: StoreOperation, key: string, hop: StoreHop) => number;
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
  readonly #contents: MemoryBucket;
  readonly #watchers = new Set<Watcher>();

  constructor(clock: Clock, options: MemoryStoreOptions = {}) {
    this.#clock = clock;
    this.#contents = new MemoryBucket(clock);
    this.#bucket = options.bucket ?? 'the store';
    this.#delayMs = options.delayMs ?? (() => 0);
  }

  async get(key: string, after?: number): Promise<StoreEntry | null> {
    assertKey(key);
    await this.#hop('get', key, 'request');
    const last = this.#contents.last(key);
    await this.#hop('get', key, 'answer');
    return entryOf(key, last, after);
  }

  async newest(): Promise<number> {
    await this.#hop('get', '', 'request');
    const revision = this.#contents.revision;
    await this.#hop('get', '', 'answer');
    return revision;
  }

  async wasRemoved(key: string): Promise<boolean> {
    assertKey(key);
    await this.#hop('get', key, 'request');
    const removed = this.#contents.last(key)?.type === 'removed';
    await this.#hop('get', key, 'answer');
    return removed;
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
        this.#tell(watcher, { type: 'put', key, value, revision, behind: true });
      }
      const revision = this.#contents.revision;
      link.send(this.#delayMs('watch', '', 'answer'), () => {
        if (watcher.active) onReady(revision);
      });
    });
    return {
      current: true,
      stop: () => {
        watcher.active = false;
        this.#watchers.delete(watcher);
      },
    };
  }

  /** Every present entry, oldest write first. */
  snapshot(): readonly StoreEntry[] {
    return this.#contents.snapshot();
  }

  async #write(write: BucketWrite): Promise<WriteResult> {
    const { operation, key, value } = write;
    assertKey(key);
    if (value !== null) assertRecord(this.#bucket, key, value);
    await this.#hop(operation, key, 'request');
    const result = this.#commit(write);
    await this.#hop(operation, key, 'answer');
    return result;
  }

  #commit(write: BucketWrite): WriteResult {
    const { result, change } = this.#contents.commit(write);
    if (change !== null) for (const watcher of this.#watchers) this.#tell(watcher, change);
    return result;
  }

  #tell(watcher: Watcher, change: StoreChange): void {
    watcher.link.send(this.#delayMs('watch', change.key, 'answer'), () => {
      if (watcher.active) watcher.onChange(change);
    });
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
  options: Omit<MemoryStoreOptions, 'bucket'> = {},
): MemoryStores {
  const entries = bucketNames.map((bucket) => [
    bucket,
    new MemoryStore(clock, { ...options, bucket }),
  ]);
  return Object.fromEntries(entries) as MemoryStores;
}
