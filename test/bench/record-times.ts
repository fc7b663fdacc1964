import { join } from 'node:path';
import { z } from 'zod';
import { delay } from '../../machines/ports/clock.ts';
import { silentLog } from '../../machines/ports/log.ts';
import { controllerInbox } from '../../machines/protocol/subjects.ts';
import { presets } from '../../machines/timings/timings.ts';
import {
  readApi,
  readFailure,
  StreamInfo,
  storeTimeoutMs,
} from '../../src/adapters/jetstream-api.ts';
import { connectNatsBus, type NatsBus } from '../../src/adapters/nats-bus.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { stateName } from '../../src/host/actor-kind.ts';
import { Limiter } from '../../src/host/limiter.ts';
import { loadUserKey } from '../../src/nats-server/keys.ts';
import { StoreUnavailable } from '../../src/ports/store.ts';

const bucket = 'holdfast-binding';
const lookEveryMs = 100;
const readsInFlight = 64;

const Message = z.object({ message: z.object({ data: z.base64(), time: z.iso.datetime() }) });

const Record = z.object({
  snapshot: z.object({
    value: z.unknown(),
    context: z.object({ binding: z.object({ epoch: z.number() }).nullable() }),
  }),
});

/**
 * When binding records were written, by the times that the server keeps with them. They are read when all are written: a
 * watcher would take the server's time, and the machine's, from what is measured.
 */
export class RecordTimes {
  readonly #bus: NatsBus;

  private constructor(bus: NatsBus) {
    this.#bus = bus;
  }

  /** `directory` is that of the world, whose controllers' key it uses. */
  static async open(options: {
    natsUrls: readonly string[];
    directory: string;
  }): Promise<RecordTimes> {
    const { seed } = await loadUserKey(join(options.directory, 'keys', 'controller.seed'));
    const bus = await connectNatsBus({
      clock: systemClock,
      log: silentLog,
      servers: options.natsUrls,
      allowOldCluster: true,
      name: 'bench',
      inboxPrefix: controllerInbox('bench'),
      nkeySeed: seed,
      timings: presets.local,
    });
    return new RecordTimes(bus);
  }

  /** How many writes there have been. */
  async writes(): Promise<number> {
    const info = await this.#ask('INFO', '', StreamInfo);
    return info?.state.last_seq ?? 0;
  }

  /** Waits until there have been as many writes; rejects when there are not by the deadline. */
  reached(writes: number, timeoutMs: number): Promise<void> {
    return untilTrue(`${writes} writes of records`, timeoutMs, async () => {
      const done = await this.writes();
      return done >= writes ? true : `there were ${done}`;
    });
  }

  /**
   * The wall time at which each load balancer's record came to say `bound.settled` above the given epoch; rejects when
   * that has not come for all of them by the deadline.
   */
  async settled(
    epochs: ReadonlyMap<string, number>,
    timeoutMs: number,
  ): Promise<ReadonlyMap<string, number>> {
    const settledAt = new Map<string, number>();
    const reads = new Limiter(readsInFlight);
    await untilTrue('settled records', timeoutMs, async () => {
      const missing = [...epochs].filter(([id]) => !settledAt.has(id));
      const read = missing.map(async ([id, epoch]) => {
        const at = await reads.run(() => this.#settledAfter(id, epoch));
        if (at !== null) settledAt.set(id, at);
      });
      await Promise.all(read);
      const unsettled = epochs.size - settledAt.size;
      return unsettled === 0 ? true : `${unsettled} of ${epochs.size} were not`;
    });
    return settledAt;
  }

  async #settledAfter(id: string, epoch: number): Promise<number | null> {
    const query = JSON.stringify({ last_by_subj: `$KV.${bucket}.${id}` });
    const found = await this.#ask('MSG.GET', query, Message);
    if (found === null) return null;
    const { data, time } = found.message;
    const record: unknown = JSON.parse(Buffer.from(data, 'base64').toString());
    const { value, context } = Record.parse(record).snapshot;
    const isSettled = stateName(value) === 'bound.settled' && (context.binding?.epoch ?? 0) > epoch;
    return isSettled ? Date.parse(time) : null;
  }

  async #ask<T>(call: string, query: string, schema: z.ZodType<T>): Promise<T | null> {
    const subject = `$JS.API.STREAM.${call}.KV_${bucket}`;
    const message = await this.#bus
      .exchange(subject, query, storeTimeoutMs)
      .catch((error: unknown) => {
        throw readFailure(subject, error);
      });
    return readApi(subject, message, schema);
  }

  close(): Promise<void> {
    return this.#bus.close();
  }
}

/** Servers without a leader do not say; they will when there is one. */
async function untilTrue(
  what: string,
  timeoutMs: number,
  look: () => Promise<true | string>,
): Promise<void> {
  const endMs = systemClock.monotonicMs() + timeoutMs;
  for (;;) {
    const found = await look().catch((error: unknown) => {
      if (error instanceof StoreUnavailable) return error.message;
      throw error;
    });
    if (found === true) return;
    if (systemClock.monotonicMs() > endMs) {
      throw new Error(`waited for ${what} for ${timeoutMs} ms: ${found}`);
    }
    await delay(systemClock, lookEveryMs);
  }
}
