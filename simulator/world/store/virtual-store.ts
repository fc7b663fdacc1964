import { type Clock, delay } from '../../../machines/ports/clock.ts';
import { storeTimeoutMs } from '../../../src/adapters/jetstream-api.ts';
import { type BucketWrite, entryOf, MemoryBucket } from '../../../src/adapters/memory-bucket.ts';
import { assertKey, assertRecord } from '../../../src/adapters/record-rules.ts';
import {
  type Store,
  type StoreChange,
  type StoreEntry,
  StoreUnavailable,
  UnknownOutcome,
  type Watch,
  type WriteResult,
} from '../../../src/ports/store.ts';
import { Recent } from '../recent.ts';
import { StreamLeader } from '../stream-leader.ts';
import { StoreLine } from './store-line.ts';
import { VirtualWatch } from './virtual-watch.ts';

/** A committed write, for readers who are behind, and for what may not be on a disk yet. */
interface PastWrite {
  readonly atMs: number;
  readonly key: string;
  readonly before: StoreChange | null;
  readonly change: StoreChange;
}

/** A write, and the process whose it is. */
interface SentWrite extends BucketWrite {
  readonly by: string;
}

/**
 * What the next write meets: a refusal; a lost acknowledgement of a committed write; or a write
 * that is lost and whose sender can't know it.
 */
export type StoreFailure = 'unavailable' | 'unknown-committed' | 'unknown-lost';

/** The writes of one key that a store has lost, oldest first, and what it holds of it again. */
export interface Loss {
  readonly key: string;
  readonly changes: readonly StoreChange[];
  readonly now: StoreChange | null;
}

export interface VirtualStoreOptions {
  /** For error messages. */
  readonly bucket?: string;
  /** Milliseconds that one hop takes. */
  readonly delayMs?: () => number;
  /** True in this share of all draws: what exactly a write meets while there is no leader. */
  readonly chance?: (share: number) => boolean;
  /** Told of each change at the moment of its commit, and by which process. */
  readonly onCommitted?: (change: StoreChange, by: string) => void;
  /** Told of each key of which acknowledged writes are lost. */
  readonly onLost?: (loss: Loss) => void;
}

/** Who reads and writes where nobody in particular is named. */
const anybody = '';

/**
 * One JetStream bucket in a virtual world: the twin's semantics, and all that may go wrong between a
 * process and a bucket. Every process has a line of its own to it.
 */
export class VirtualStore implements Store {
  readonly #clock: Clock;
  readonly #bucket: string;
  readonly #options: VirtualStoreOptions;
  readonly #contents: MemoryBucket;
  readonly #past = new Recent<PastWrite>();
  readonly #leader = new StreamLeader<SentWrite>();
  readonly #lines = new Map<string, StoreLine>();
  readonly #failures: StoreFailure[] = [];
  #powerCuts = 0;

  constructor(clock: Clock, options: VirtualStoreOptions = {}) {
    this.#clock = clock;
    this.#bucket = options.bucket ?? 'the store';
    this.#options = options;
    this.#contents = new MemoryBucket(clock);
  }

  // As a store.

  async get(key: string, after?: number): Promise<StoreEntry | null> {
    return entryOf(key, await this.#last(this.line(anybody), key), after);
  }

  async wasRemoved(key: string): Promise<boolean> {
    return (await this.#last(this.line(anybody), key))?.type === 'removed';
  }

  create(key: string, value: string, writeId: string): Promise<WriteResult> {
    return this.as(anybody).create(key, value, writeId);
  }

  update(key: string, value: string, revision: number, writeId: string): Promise<WriteResult> {
    return this.as(anybody).update(key, value, revision, writeId);
  }

  remove(key: string, revision: number, writeId: string): Promise<WriteResult> {
    return this.as(anybody).remove(key, revision, writeId);
  }

  newest(): Promise<number> {
    return this.as(anybody).newest();
  }

  watch(
    onChange: (change: StoreChange) => void,
    onReady: (revision: number) => void,
    onRewound?: () => void,
  ): Watch {
    return this.#watch(this.line(anybody), onChange, onReady, onRewound);
  }

  /** The store as this process sees it. */
  as(process: string): Store {
    const line = this.line(process);
    const by = process;
    return {
      get: async (key, after) => entryOf(key, await this.#last(line, key), after),
      wasRemoved: async (key) => (await this.#last(line, key))?.type === 'removed',
      newest: () => this.#newest(line),
      create: (key, value, writeId) =>
        this.#write(line, { operation: 'create', key, value, expected: null, writeId, by }),
      update: (key, value, revision, writeId) =>
        this.#write(line, { operation: 'update', key, value, expected: revision, writeId, by }),
      remove: (key, revision, writeId) =>
        this.#write(line, {
          operation: 'remove',
          key,
          value: null,
          expected: revision,
          writeId,
          by,
        }),
      watch: (onChange, onReady, onRewound) => this.#watch(line, onChange, onReady, onRewound),
    };
  }

  // As a world and its faults see it.

  /** Every present entry, oldest write first. */
  snapshot(): readonly StoreEntry[] {
    return this.#contents.snapshot();
  }

  line(process: string): StoreLine {
    let line = this.#lines.get(process);
    if (line === undefined) {
      line = new StoreLine();
      this.#lines.set(process, line);
    }
    return line;
  }

  /** The next write meets this failure; several calls queue up. */
  failNext(failure: StoreFailure): void {
    this.#failures.push(failure);
  }

  /** How many writes are still to fail. */
  get failuresLeft(): number {
    return this.#failures.length;
  }

  /** What was to fail and has not been tried yet, works. */
  failNoMore(): void {
    this.#failures.length = 0;
  }

  loseLeader(): void {
    this.#leader.lose();
  }

  electLeader(): void {
    for (const write of this.#leader.elect()) this.#commit(write);
  }

  /**
   * The power fails where it stands: what was written in this time was acknowledged before it was on a
   * disk, and is lost. Nobody may be connected.
   */
  losePower(lostMs: number): void {
    this.#powerCuts += 1;
    this.#leader.forget();
    const sinceMs = this.#clock.monotonicMs() - lostMs;
    const lost = this.#past.forget(({ atMs }) => atMs >= sinceMs);
    if (lost.length === 0) return;
    this.#contents.rollBack(lost);
    for (const line of this.#lines.values()) {
      for (const watch of line.watches) watch.rewind();
    }
    for (const key of new Set(lost.map((past) => past.key))) {
      const changes = lost.flatMap((past) => (past.key === key ? past.change : [])).toReversed();
      this.#options.onLost?.({ key, changes, now: this.#contents.last(key) });
    }
  }

  // How it works.

  /** The key's newest change, as whoever answers knows it. */
  async #last(line: StoreLine, key: string): Promise<StoreChange | null> {
    assertKey(key);
    const what = `get of ${key} in ${this.#bucket}`;
    const { breaks } = line;
    if (!line.connected) throw new StoreUnavailable(`${what}: not connected`);
    await this.#hop();
    await this.#heard(line, () => new StoreUnavailable(`${what}: no answer came`));
    // Somebody who is behind takes himself for the leader, and answers.
    if (!this.#leader.present && line.staleMs === 0) {
      throw new StoreUnavailable(`${what}: no leader`);
    }
    const asOfMs = this.#clock.monotonicMs() - line.staleMs;
    const next = this.#past.first((past) => past.key === key && past.atMs > asOfMs);
    const last = next === undefined ? this.#contents.last(key) : next.before;
    await this.#hop();
    if (line.breaks !== breaks) throw new StoreUnavailable(`${what}: the connection broke`);
    return last;
  }

  /** Never from the past, because all that the API promises its readers rests on this answer. */
  async #newest(line: StoreLine): Promise<number> {
    const what = `the newest revision of ${this.#bucket}`;
    const { breaks } = line;
    if (!line.connected) throw new StoreUnavailable(`${what}: not connected`);
    await this.#hop();
    if (!this.#leader.present) throw new StoreUnavailable(`${what}: no leader`);
    const { revision } = this.#contents;
    await this.#hop();
    await this.#heard(line, () => new StoreUnavailable(`${what}: no answer came`));
    if (line.breaks !== breaks) throw new StoreUnavailable(`${what}: the connection broke`);
    assertTold(line, what);
    return revision;
  }

  #watch(
    line: StoreLine,
    onChange: (change: StoreChange) => void,
    onReady: (revision: number) => void,
    onRewound: () => void = () => undefined,
  ): Watch {
    const watch = new VirtualWatch({
      clock: this.#clock,
      contents: this.#contents,
      line,
      delayMs: () => this.#hopMs(),
      onChange,
      onReady,
      onRewound,
    });
    this.#clock.setTimer(this.#hopMs(), () => watch.open());
    return watch;
  }

  async #write(line: StoreLine, write: SentWrite): Promise<WriteResult> {
    const { operation, key, value } = write;
    assertKey(key);
    if (value !== null) assertRecord(this.#bucket, key, value);
    const what = `${operation} of ${key} in ${this.#bucket}`;
    if (!line.connected) throw new StoreUnavailable(`${what}: not connected`);
    assertTold(line, what);
    const failure = this.#failures.shift();
    const { breaks } = line;
    const { term } = this.#leader;
    const powerCuts = this.#powerCuts;
    await this.#hop();
    if (failure === 'unavailable') throw new StoreUnavailable(`${what}: no leader`);
    if (breaks !== line.breaks) {
      // It may have arrived before the connection broke, or not.
      const mayHave = this.#leader.present && powerCuts === this.#powerCuts;
      if (mayHave && this.#chance(0.5)) this.#commit(write);
      throw new UnknownOutcome(`${what}: the connection broke`);
    }
    if (term !== this.#leader.term) {
      if (!this.#leader.present && this.#chance(0.5)) this.#leader.inherit(write);
      return this.#noAnswer(what);
    }
    if (!this.#leader.present) {
      if (this.#chance(0.5)) throw new StoreUnavailable(`${what}: no leader`);
      return this.#noAnswer(what);
    }
    const isLost = failure === 'unknown-lost' || isKept(line);
    const result = isLost ? null : this.#commit(write);
    await this.#heard(line, () => new UnknownOutcome(`${what}: no answer came`));
    await this.#hop();
    if (result === null || failure === 'unknown-committed') {
      throw new UnknownOutcome(`${what}: no acknowledgement came`);
    }
    if (breaks !== line.breaks) throw new UnknownOutcome(`${what}: the connection broke`);
    return term === this.#leader.term ? result : this.#noAnswer(what);
  }

  /** Where the line is silent, waits until whoever asks gives up, or his connection, and throws. */
  async #heard(line: StoreLine, error: () => Error): Promise<void> {
    if (line.silence === null) return;
    await new Promise<void>((resolve) => {
      const timer = this.#clock.setTimer(storeTimeoutMs, () => {
        forget();
        resolve();
      });
      const forget = line.onBreak(() => {
        this.#clock.clearTimer(timer);
        resolve();
      });
    });
    throw error();
  }

  #commit(write: SentWrite): WriteResult {
    const { key } = write;
    const before = this.#contents.last(key);
    const { result, change } = this.#contents.commit(write);
    if (change === null) return result;
    this.#past.note({ atMs: this.#clock.monotonicMs(), key, before, change });
    this.#options.onCommitted?.(change, write.by);
    for (const line of this.#lines.values()) {
      for (const watch of line.watches) watch.tell(change);
    }
    return result;
  }

  async #noAnswer(what: string): Promise<never> {
    await delay(this.#clock, storeTimeoutMs);
    throw new UnknownOutcome(`${what}: no answer came in time`);
  }

  #chance(share: number): boolean {
    return this.#options.chance?.(share) ?? false;
  }

  #hop(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimer(this.#hopMs(), resolve);
    });
  }

  #hopMs(): number {
    return this.#options.delayMs?.() ?? 0;
  }
}

/** Does what the process sends not arrive? */
const isKept = ({ silence }: StoreLine): boolean => silence === 'out' || silence === 'both';

function assertTold(line: StoreLine, what: string): void {
  if (!line.current) {
    throw new StoreUnavailable(`${what}: its watch has not told yet what has changed`);
  }
}
