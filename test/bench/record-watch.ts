import { join } from 'node:path';
import { z } from 'zod';
import { delay } from '../../machines/ports/clock.ts';
import { silentLog } from '../../machines/ports/log.ts';
import { controllerInbox } from '../../machines/protocol/subjects.ts';
import { presets } from '../../machines/timings/timings.ts';
import { connectNatsBus, type NatsBus } from '../../src/adapters/nats-bus.ts';
import { natsStores } from '../../src/adapters/nats-store.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { stateName } from '../../src/host/actor-kind.ts';
import { loadUserKey } from '../../src/nats-server/keys.ts';
import type { Watch } from '../../src/ports/store.ts';
import { sharedMs } from './shared-clock.ts';

const lookEveryMs = 100;

const Record = z.object({
  snapshot: z.object({
    value: z.unknown(),
    context: z.object({ binding: z.object({ epoch: z.number() }).nullable() }),
  }),
});

interface Arrival {
  readonly id: string;
  readonly text: string;
  readonly atMs: number;
}

/** Follows the binding records as any controller would: what is seen here has been committed. */
export class RecordWatch {
  readonly #bus: NatsBus;
  readonly #watch: Watch;
  readonly #arrivals: Arrival[];

  private constructor(bus: NatsBus, watch: Watch, arrivals: Arrival[]) {
    this.#bus = bus;
    this.#watch = watch;
    this.#arrivals = arrivals;
  }

  /** `directory` is that of the world, whose controllers' key it uses. */
  static async start(options: {
    natsUrls: readonly string[];
    directory: string;
  }): Promise<RecordWatch> {
    const { seed } = await loadUserKey(join(options.directory, 'keys', 'controller.seed'));
    const common = { clock: systemClock, log: silentLog };
    const bus = await connectNatsBus({
      ...common,
      servers: options.natsUrls,
      allowOldCluster: true,
      name: 'bench',
      inboxPrefix: controllerInbox('bench'),
      nkeySeed: seed,
      timings: presets.local,
    });
    const { binding } = await natsStores(bus, { ...common, replicas: options.natsUrls.length });
    const arrivals: Arrival[] = [];
    return new Promise((resolve) => {
      const watch = binding.watch(
        (change) => {
          if (change.type !== 'put') return;
          arrivals.push({ id: change.key, text: change.value, atMs: sharedMs() });
        },
        () => {
          // What was there before says nothing of what is to come.
          arrivals.length = 0;
          resolve(new RecordWatch(bus, watch, arrivals));
        },
      );
    });
  }

  /**
   * When each load balancer's record first said `bound.settled` above the given epoch; rejects when
   * that has not come for all of them by the deadline.
   */
  async settled(
    epochs: ReadonlyMap<string, number>,
    timeoutMs: number,
  ): Promise<ReadonlyMap<string, number>> {
    const settledAt = new Map<string, number>();
    const endMs = sharedMs() + timeoutMs;
    for (;;) {
      const isLate = sharedMs() > endMs;
      // Read when as many have come as are missing, because reading takes time from what is measured.
      if (isLate || this.#arrivals.length >= epochs.size - settledAt.size) {
        this.#read(epochs, settledAt);
      }
      if (settledAt.size === epochs.size) return settledAt;
      if (isLate) {
        const missing = epochs.size - settledAt.size;
        throw new Error(`${missing} of ${epochs.size} records were not settled in ${timeoutMs} ms`);
      }
      await delay(systemClock, lookEveryMs);
    }
  }

  #read(epochs: ReadonlyMap<string, number>, settledAt: Map<string, number>): void {
    for (const { id, text, atMs } of this.#arrivals.splice(0)) {
      const epoch = epochs.get(id);
      if (epoch === undefined || settledAt.has(id)) continue;
      const { value, context } = Record.parse(JSON.parse(text)).snapshot;
      const newer = (context.binding?.epoch ?? 0) > epoch;
      if (newer && stateName(value) === 'bound.settled') settledAt.set(id, atMs);
    }
  }

  async stop(): Promise<void> {
    this.#watch.stop();
    await this.#bus.close();
  }
}
