import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Random } from '../../machines/ports/random.ts';
import type { AdminClient } from './admin-client.ts';
import type { Turns } from '../contract/turns.ts';

/** One Caddy, as this agent reaches it. */
export interface Device {
  readonly client: AdminClient;
  /** Changes of this agent wait for each other, since the device makes one at a time anyway. */
  readonly turns: Turns;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly agent: string;
  /** How long one call may take; after that long, a change begins no further attempt. */
  readonly callTimeoutMs: number;
  /** What becomes of a configuration that a person has changed. */
  readonly onDrift: 'repair' | 'report';
  /**
   * Load balancers to which this driver has sent something that the device has not been seen to have done: what
   * differs there is the device's doing, or this driver's, and no person's.
   */
  readonly unsettled: Set<string>;
}

/** Where Caddy keeps its servers, by their names. */
export const serversPath = '/config/apps/http/servers';

/** Where a load balancer's first server is; its name is the load balancer's id. */
export function serverPath(id: string): string {
  return `${serversPath}/${id}`;
}
