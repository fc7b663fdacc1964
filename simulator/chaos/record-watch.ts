import { readFile } from 'node:fs/promises';
import { silentLog } from '../../machines/ports/log.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import { connectNatsBus } from '../../src/adapters/nats-bus.ts';
import { natsStores } from '../../src/adapters/nats-store.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { Bus } from '../../src/ports/bus.ts';
import { bucketNames, type StoreChange, type StoreEntry } from '../../src/ports/store.ts';
import { Endings } from '../../src/processes/endings.ts';
import type { BucketName } from '../world/events.ts';
import type { Timeline } from './timeline.ts';

/** JetStream's first elections take up to 9 s, and one group after the other may have them. */
const connectDeadlineMs = 60_000;
const askTimeoutMs = 2_000;

export interface RecordWatchOptions {
  readonly servers: readonly string[];
  readonly seedFile: string;
  readonly timings: Timings;
  readonly timeline: Timeline;
}

/** One bucket as it is known here. */
class Records {
  readonly #entries = new Map<string, StoreEntry>();
  readonly #revisions = new Map<string, number>();

  /** Whether it is news: a watch that was made anew tells things twice. */
  note(change: StoreChange): boolean {
    const { key, revision } = change;
    if (revision <= (this.#revisions.get(key) ?? 0)) return false;
    this.#revisions.set(key, revision);
    if (change.type === 'put') this.#entries.set(key, { key, value: change.value, revision });
    else this.#entries.delete(key);
    return true;
  }

  get(key: string): StoreEntry | null {
    return this.#entries.get(key) ?? null;
  }

  snapshot(): readonly StoreEntry[] {
    return [...this.#entries.values()];
  }
}

/** Reads along in all buckets, as a controller does, and writes nothing. */
export class RecordWatch {
  readonly records: Readonly<Record<BucketName, Records>>;
  /** How often a bucket was found to have lost what it had acknowledged. */
  rewound = 0;
  readonly #bus: Bus;
  readonly #endings = new Endings();

  private constructor(bus: Bus) {
    this.#bus = bus;
    this.records = {
      desired: new Records(),
      binding: new Records(),
      liveness: new Records(),
      shards: new Records(),
      vips: new Records(),
    };
  }

  static async start(options: RecordWatchOptions): Promise<RecordWatch> {
    const { servers, seedFile, timings, timeline } = options;
    const bus = await connectNatsBus({
      servers: [...servers],
      name: 'chaos',
      nkeySeed: (await readFile(seedFile, 'utf8')).trim(),
      inboxPrefix: '_INBOX_chaos',
      clock: systemClock,
      log: silentLog,
      timings,
      allowOldCluster: true,
      connectDeadlineMs,
    });
    const watch = new RecordWatch(bus);
    watch.#endings.add(() => bus.close());
    const stores = await natsStores(bus, { replicas: 3, log: silentLog, clock: systemClock });
    for (const bucket of bucketNames) {
      const { stop } = stores[bucket].watch(
        (change) => {
          const isNews = watch.records[bucket].note(change);
          if (isNews) timeline.emit({ type: 'stored', bucket, change, by: '' });
        },
        () => undefined,
        () => (watch.rewound += 1),
      );
      watch.#endings.add(stop);
    }
    return watch;
  }

  /** The server that leads a bucket; null while there is none, or nobody can say. */
  async leader(bucket: BucketName): Promise<string | null> {
    const subject = `$JS.API.STREAM.INFO.KV_holdfast-${bucket}`;
    const answer = await this.#bus.request(subject, '', askTimeoutMs).catch(() => '{}');
    const { cluster } = JSON.parse(answer) as { cluster?: { leader?: string } };
    return cluster?.leader ?? null;
  }

  async close(): Promise<void> {
    await this.#endings.end();
  }
}
