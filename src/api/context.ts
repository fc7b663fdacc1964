import type { Context } from 'hono';
import type { DriverDescriptor } from '../../drivers/contract/driver.ts';
import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Random } from '../../machines/ports/random.ts';
import type { ApiConfig } from './config.ts';
import type { Services } from './services.ts';

/** What the API is made of; the composition root gives it. */
export interface ApiOptions {
  readonly services: Services;
  readonly config: ApiConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** By a driver's name or one of its aliases; null if there is no such driver. */
  readonly resolveProvider: (name: string) => DriverDescriptor | null;
  readonly listProviders: () => readonly DriverDescriptor[];
}

export interface ApiEnv {
  Variables: {
    requestId: string;
    log: Log;
    /** Whether what is shown is known to be current; unset where that does not matter. */
    current?: boolean;
  };
}

export type ApiContext = Context<ApiEnv>;

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** As Hono writes it, after {@link canonicalPath}: `/v2.0/listeners/:id`. */
  readonly path: string;
  readonly handle: (c: ApiContext) => Response | Promise<Response>;
}
