import type { Clock } from '../../machines/ports/clock.ts';
import { silentLog } from '../../machines/ports/log.ts';
import { controllerConnection, controllerInbox } from '../../machines/protocol/subjects.ts';
import { presets } from '../../machines/timings/timings.ts';
import { connectNatsBus } from '../../src/adapters/nats-bus.ts';
import { natsStores } from '../../src/adapters/nats-store.ts';

/** Elections take up to 9 s, and that of what is placed first comes after that of who places it. */
const formingMaxMs = 20_000;
const probe = 'probe';

export interface RecordProbe {
  /** The seed of the controllers' user. */
  readonly seed: string;
  readonly replicas: number;
  /** How long the servers may take; as long as elections may where it is not given. */
  readonly formingMs?: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** Makes the buckets of the controllers, as the first of them would; false where it can't be done in time. */
export async function takesRecords(
  servers: readonly string[],
  { seed, replicas, formingMs = formingMaxMs, clock, signal }: RecordProbe,
): Promise<boolean> {
  const bus = await connectNatsBus({
    servers,
    name: controllerConnection(probe),
    inboxPrefix: controllerInbox(probe),
    nkeySeed: seed,
    allowOldCluster: true,
    clock,
    log: silentLog,
    timings: presets.lan,
    connectDeadlineMs: formingMs,
    ...(signal === undefined ? {} : { signal }),
  });
  const late = new AbortController();
  const timer = clock.setTimer(formingMs, () => late.abort());
  try {
    const ends = AbortSignal.any([late.signal, ...(signal === undefined ? [] : [signal])]);
    await natsStores(bus, { replicas, clock, log: silentLog, signal: ends });
    return true;
  } catch (error) {
    if (!late.signal.aborted) throw error;
    return false;
  } finally {
    clock.clearTimer(timer);
    await bus.close();
  }
}
