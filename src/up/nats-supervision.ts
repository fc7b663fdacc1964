import { type Clock, delay } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { backoffMs } from '../../machines/timings/backoff.ts';
import type { NatsServerProcess } from '../nats-server/process.ts';

/** Between failed starts: from, and at most. */
const restartMs = 200;
const restartMaxMs = 10_000;

export interface NatsSupervision {
  /** What is asked of it from now on: everything ends, and NATS with it. */
  stopping: boolean;
}

/**
 * Starts the NATS server again whenever it ends without being asked to, and as often as it takes: its port may be
 * somebody else's for a while, or the disk full, and without it nothing else works.
 */
export async function superviseNats(
  nats: Pick<NatsServerProcess, 'ended' | 'restart' | 'stop'>,
  supervision: Readonly<NatsSupervision>,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<void> {
  for (let failures = 0; ;) {
    const how = await nats.ended();
    if (supervision.stopping) return;
    log.warn({ how }, 'the NATS server has ended and is started again');
    try {
      await nats.restart();
      failures = 0;
    } catch (error) {
      const waitMs = backoffMs(failures, restartMs, restartMaxMs);
      failures += 1;
      log.error({ err: error, waitMs }, 'the NATS server could not be started again');
      await delay(clock, waitMs);
    }
    // Whoever stopped it in the meantime may have found nothing to stop yet.
    if (supervision.stopping) return await nats.stop();
  }
}
