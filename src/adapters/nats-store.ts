import { jetstream, StorageType } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { z } from 'zod';
import { type Clock, delay } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { backoffMs } from '../../machines/timings/backoff.ts';
import {
  AnswerFromThePast,
  bucketNames,
  type Store,
  type StoreChange,
  type StoreEntry,
  type Stores,
  StoreUnavailable,
  type Watch,
  type WriteResult,
} from '../ports/store.ts';
import {
  readApi,
  readFailure,
  readPubAck,
  StreamInfo,
  storeTimeoutMs,
  writeFailure,
} from './jetstream-api.ts';
import type { NatsBus } from './nats-bus.ts';
import { NatsWatch } from './nats-watch.ts';
import { assertKey, assertRecord } from './record-rules.ts';

/** Backoff while JetStream is not ready: from, and at most; and when to give up. */
const retryMs = 100;
const retryMaxMs = 2_000;
const readyDeadlineMs = 60_000;

export interface NatsStoresOptions {
  /** How many servers hold each bucket: 1, 3 or 5. */
  readonly replicas: number;
  /** What the buckets' names begin with, so that deployments can share an account. */
  readonly prefix?: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** Opens the buckets, making those that are missing; waits while JetStream is not ready. */
export async function natsStores(bus: NatsBus, options: NatsStoresOptions): Promise<Stores> {
  const prefix = options.prefix ?? 'holdfast';
  const stores: [string, Store][] = [];
  for (const name of bucketNames) {
    const bucket = `${prefix}-${name}`;
    await openBucket(bus, bucket, options);
    stores.push([name, new NatsStore(bus, bucket, options)]);
  }
  return Object.fromEntries(stores) as unknown as Stores;
}

async function openBucket(bus: NatsBus, bucket: string, options: NatsStoresOptions): Promise<void> {
  const { clock, log, replicas, signal } = options;
  const endMs = clock.monotonicMs() + readyDeadlineMs;
  // Without a leader nobody answers, and then there may be one long before the library's own timeout.
  const buckets = new Kvm(jetstream(bus.connection, { timeout: storeTimeoutMs }));
  for (let attempt = 0; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      const opened = await buckets.create(bucket, {
        history: 1,
        storage: StorageType.File,
        replicas,
      });
      const status = await opened.status();
      if (status.replicas !== replicas) {
        log.warn(
          { bucket, has: status.replicas, asked: replicas },
          'The bucket has another number of replicas; it is left as it is.',
        );
      }
      return;
    } catch (error) {
      const waitMs = backoffMs(attempt, retryMs, retryMaxMs);
      if (clock.monotonicMs() + waitMs >= endMs) {
        throw new StoreUnavailable(
          `the bucket ${bucket} could not be opened within ${readyDeadlineMs} ms: ${String(error)}`,
          { cause: error },
        );
      }
      if (attempt === 0) log.warn({ bucket, error: String(error) }, 'Waiting for JetStream.');
      await delay(clock, waitMs, signal);
    }
  }
}

/** Headers and data are in base64; the server leaves out what is empty. */
const StoredMessage = z.object({
  message: z.object({
    seq: z.int().min(1),
    hdrs: z.string().default(''),
    data: z.string().default(''),
  }),
});
type Stored = z.infer<typeof StoredMessage>['message'];

/**
 * One JetStream KV bucket. Writes are published with an expected sequence, which the stream's
 * leader compares, and with the write id as message id, so that a repeated write commits once.
 */
class NatsStore implements Store {
  readonly #bus: NatsBus;
  readonly #bucket: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #watches = new Set<NatsWatch>();

  constructor(bus: NatsBus, bucket: string, options: { clock: Clock; log: Log }) {
    this.#bus = bus;
    this.#bucket = bucket;
    this.#clock = options.clock;
    this.#log = options.log.child({ bucket });
  }

  async get(key: string, after?: number): Promise<StoreEntry | null> {
    assertKey(key);
    const stored = await this.#last(key);
    if (after !== undefined && (stored?.seq ?? 0) <= after) throw new AnswerFromThePast(key, after);
    if (stored === null || isMarker(stored)) return null;
    return { key, value: decoded(stored.data), revision: stored.seq };
  }

  async wasRemoved(key: string): Promise<boolean> {
    assertKey(key);
    const stored = await this.#last(key);
    return stored !== null && isMarker(stored);
  }

  async newest(): Promise<number> {
    const what = `the newest revision of ${this.#bucket}`;
    const subject = `$JS.API.STREAM.INFO.KV_${this.#bucket}`;
    const message = await this.#bus
      .exchange(subject, '', storeTimeoutMs)
      .catch((error: unknown) => {
        throw readFailure(what, error);
      });
    const info = readApi(what, message, StreamInfo);
    if (info === null) throw new StoreUnavailable(`${what}: there is no such stream`);
    // Not before it was asked: by the time of the answer, the watch has perhaps told.
    this.#assertTold(what);
    return info.state.last_seq;
  }

  async create(key: string, value: string, writeId: string): Promise<WriteResult> {
    const result = await this.update(key, value, 0, writeId);
    if (result.committed) return result;
    // The key may be a tombstone: what was removed can be created again, on top of its marker.
    const stored = await this.#last(key);
    return stored !== null && isMarker(stored)
      ? this.update(key, value, stored.seq, writeId)
      : { committed: false };
  }

  async update(
    key: string,
    value: string,
    revision: number,
    writeId: string,
  ): Promise<WriteResult> {
    assertKey(key);
    assertRecord(this.#bucket, key, value);
    return this.#write(key, value, revision, writeId, {});
  }

  async remove(key: string, revision: number, writeId: string): Promise<WriteResult> {
    assertKey(key);
    const marker = { 'KV-Operation': 'PURGE', 'Nats-Rollup': 'sub' };
    return this.#write(key, '', revision, writeId, marker);
  }

  watch(
    onChange: (change: StoreChange) => void,
    onReady: (revision: number) => void,
    onRewound: () => void = () => undefined,
  ): Watch {
    const watch = new NatsWatch({
      bus: this.#bus,
      bucket: this.#bucket,
      clock: this.#clock,
      log: this.#log,
      onChange,
      onReady,
      onRewound,
    });
    this.#watches.add(watch);
    return {
      get current() {
        return watch.current;
      },
      stop: () => {
        this.#watches.delete(watch);
        watch.stop();
      },
    };
  }

  async #write(
    key: string,
    value: string,
    revision: number,
    writeId: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<WriteResult> {
    const what = `write of ${key} in ${this.#bucket}`;
    this.#assertTold(what);
    const answer = await this.#bus
      .exchange(this.#subject(key), value, storeTimeoutMs, {
        'Nats-Expected-Last-Subject-Sequence': String(revision),
        // JetStream compares message ids in the whole bucket, and a write id is one key's.
        'Nats-Msg-Id': `${key} ${writeId}`,
        ...headers,
      })
      .catch((error: unknown) => {
        throw writeFailure(what, error);
      });
    const committed = readPubAck(what, answer.data);
    return committed === null ? { committed: false } : { committed: true, revision: committed };
  }

  /** Until its watches have told what changed while it was away, what it knows may be lost. */
  #assertTold(what: string): void {
    if ([...this.#watches].some((watch) => !watch.current)) {
      throw new StoreUnavailable(`${what}: its watch has not told yet what has changed`);
    }
  }

  /**
   * The key's newest message as the stream's leader has it. A direct get is answered by any replica,
   * which may be behind; what is read here settles who has won.
   */
  async #last(key: string): Promise<Stored | null> {
    const what = `read of ${key} in ${this.#bucket}`;
    const subject = `$JS.API.STREAM.MSG.GET.KV_${this.#bucket}`;
    const query = JSON.stringify({ last_by_subj: this.#subject(key) });
    const message = await this.#bus
      .exchange(subject, query, storeTimeoutMs)
      .catch((error: unknown) => {
        throw readFailure(what, error);
      });
    return readApi(what, message, StoredMessage)?.message ?? null;
  }

  #subject(key: string): string {
    return `$KV.${this.#bucket}.${key}`;
  }
}

function isMarker({ hdrs }: Stored): boolean {
  return /^KV-Operation: *(DEL|PURGE)\r?$/m.test(decoded(hdrs));
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}
