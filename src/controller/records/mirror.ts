import type { Clock } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import type { RawRecord } from '../../host/record.ts';
import type { Store, StoreChange, Watch } from '../../ports/store.ts';

/** Thrown when a mirror has not seen a revision in time. */
export class MirrorBehind extends Error {
  override readonly name = 'MirrorBehind';
}

interface Entry<T> extends RawRecord {
  /** Parsed on first use, because most revisions are never read. */
  value: T | null | undefined;
}

export interface MirrorOptions<T> {
  readonly store: Store;
  readonly name: string;
  readonly log: Log;
  readonly clock: Clock;
  /** Throws with the reason where a record can't be read; it is then left out, and logged. */
  parse(key: string, text: string): T;
  onChange?(change: StoreChange): void;
  /** A key was removed, and what was known of it: told before the change itself. */
  onRemoved?(key: string, before: RawRecord | null): void;
  /** The store has lost the newest writes of a key: told after what it holds again was taken in. */
  onLost?(key: string, before: RawRecord): void;
  /**
   * Connected again, and everything that was written meanwhile is here. What is known of a key beyond
   * that was acknowledged, never told by the watch, and lost.
   */
  onResumed?(): void;
}

/**
 * A bucket's contents as its watch tells them: possibly late, never out of order. Where the bucket has
 * lost acknowledged writes, it becomes what is there again, and says what was lost.
 */
export class Mirror<T> {
  readonly #options: MirrorOptions<T>;
  readonly #entries = new Map<string, Entry<T>>();
  readonly #waiting: { revision: number; resolve: () => void }[] = [];
  #revision = 0;
  #watch: Watch | null = null;
  #isReady = false;
  /** While everything is told again, after a loss: the keys that are still to come, or lost. */
  #untold: Set<string> | null = null;

  constructor(options: MirrorOptions<T>) {
    this.#options = options;
  }

  /** Resolves once everything that was present is here. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#watch = this.#options.store.watch(
        (change) => this.#changed(change),
        (revision) => {
          for (const key of this.#untold ?? []) this.#lose(key);
          this.#untold = null;
          // What was removed before is told to nobody, and known all the same.
          this.#advance(revision);
          if (this.#isReady) this.#options.onResumed?.();
          this.#isReady = true;
          resolve();
        },
        () => {
          this.#untold = new Set(this.#entries.keys());
          this.#revision = 0;
        },
      );
    });
  }

  stop(): void {
    this.#watch?.stop();
  }

  /** False from the loss of its connection until it was told what has changed: what is known here may be lost. */
  get isCurrent(): boolean {
    return this.#watch?.current === true;
  }

  keys(): IterableIterator<string> {
    return this.#entries.keys();
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): T | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    if (entry.value === undefined) entry.value = this.#parse(key, entry.text);
    return entry.value;
  }

  raw(key: string): RawRecord | null {
    return this.#entries.get(key) ?? null;
  }

  /** Resolves when the watch has told of `revision`; rejects with {@link MirrorBehind}. */
  reached(revision: number, timeoutMs: number): Promise<void> {
    if (this.#revision >= revision) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiter = {
        revision,
        resolve: () => {
          this.#options.clock.clearTimer(timer);
          resolve();
        },
      };
      const timer = this.#options.clock.setTimer(timeoutMs, () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        const { name } = this.#options;
        reject(new MirrorBehind(`${name} has reached revision ${this.#revision}, not ${revision}`));
      });
      this.#waiting.push(waiter);
    });
  }

  #parse(key: string, text: string): T | null {
    try {
      return this.#options.parse(key, text);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.#options.log.error(
        { bucket: this.#options.name, key, problem },
        'a record is unreadable',
      );
      return null;
    }
  }

  #changed(change: StoreChange): void {
    const known = this.#entries.get(change.key);
    const isToldAgain = this.#untold?.delete(change.key) === true;
    // A watch may repeat itself after a reconnect.
    if (known === undefined || known.revision < change.revision) {
      this.#keep(change);
      this.#options.onChange?.(change);
    } else if (isToldAgain && !isSame(known, change)) {
      this.#keep(change);
      this.#options.onLost?.(change.key, known);
    }
    if (change.behind !== true) this.#advance(change.revision);
  }

  #keep(change: StoreChange): void {
    if (change.type === 'put') {
      const { key, revision, value } = change;
      this.#entries.set(key, { revision, text: value, value: undefined });
    } else {
      const before = this.raw(change.key);
      this.#entries.delete(change.key);
      this.#options.onRemoved?.(change.key, before);
    }
  }

  #lose(key: string): void {
    const known = this.#entries.get(key);
    if (known === undefined) return;
    this.#entries.delete(key);
    this.#options.onLost?.(key, known);
  }

  #advance(revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
    for (let index = this.#waiting.length - 1; index >= 0; index -= 1) {
      const waiter = this.#waiting[index];
      if (waiter !== undefined && waiter.revision <= this.#revision) {
        this.#waiting.splice(index, 1);
        waiter.resolve();
      }
    }
  }
}

/** A revision that was lost is given again, so that it alone does not say what was written. */
function isSame(known: RawRecord, change: StoreChange): boolean {
  return change.type === 'put' && known.revision === change.revision && known.text === change.value;
}
