import { type Clock, delay } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { backoffMs } from '../../machines/timings/backoff.ts';
import { BusUnavailable } from '../ports/bus.ts';

/** Backoff between attempts of the first connection: from, and at most. */
const retryMs = 100;
const retryMaxMs = 2_000;

export interface Patience {
  readonly servers: readonly string[];
  readonly name: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal?: AbortSignal;
  readonly connectDeadlineMs?: number;
}

/**
 * Attempts until one succeeds. The client library could wait by itself, but then nothing could
 * stop it, and a wrong key would look like a server that is not up yet.
 */
export async function connectPatiently<T extends { close(): Promise<void> }>(
  attempt: () => Promise<T>,
  { servers, name, clock, log, signal, connectDeadlineMs }: Patience,
): Promise<T> {
  const shown = servers.map(withoutCredentials).join(', ');
  const endMs = clock.monotonicMs() + (connectDeadlineMs ?? Number.POSITIVE_INFINITY);
  for (let attempts = 0; ; attempts += 1) {
    signal?.throwIfAborted();
    try {
      const connection = await attempt();
      if (signal?.aborted !== true) return connection;
      await connection.close();
      signal.throwIfAborted();
    } catch (error) {
      signal?.throwIfAborted();
      if (isRefusal(error)) {
        throw new BusUnavailable(
          `NATS at ${shown} refuses the credentials of ${name}: is its nkey in the server's configuration?`,
          { cause: error },
        );
      }
      const waitMs = backoffMs(attempts, retryMs, retryMaxMs);
      if (clock.monotonicMs() + waitMs >= endMs) {
        throw new BusUnavailable(
          `no NATS server answered at ${shown} within ${connectDeadlineMs} ms`,
          { cause: error },
        );
      }
      if (attempts === 0) log.warn({ servers: shown, error: String(error) }, 'Waiting for NATS.');
      await delay(clock, waitMs, signal);
    }
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'AuthorizationError';
}

function withoutCredentials(server: string): string {
  return server.replace(/\/\/[^@/]*@/, '//');
}
