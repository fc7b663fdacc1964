import type { Listener, LoadBalancerDocument, Pool } from '../../../machines/model/document.ts';

/** A listener that is bound, and the pool that it hands connections to, if any. */
export interface Service {
  readonly listener: Listener;
  readonly pool: Pool | null;
}

/** What of the document is bound at all; disabled load balancers and listeners are not. */
export function services(document: LoadBalancerDocument): readonly Service[] {
  if (!document.admin_state_up) return [];
  return document.listeners
    .filter((listener) => listener.admin_state_up)
    .map((listener) => {
      const pool = document.pools.find(({ id }) => id === listener.default_pool_id);
      return { listener, pool: pool?.admin_state_up === true ? pool : null };
    });
}

/** The address that is bound; null where nothing is. */
export function boundAddress(document: LoadBalancerDocument): string | null {
  return services(document).length === 0 ? null : document.vip_address;
}

/** Octavia's rule: one backend for each listener of a pool, as each has timeouts of its own. */
export function backendName(pool: Pool, listener: Listener): string {
  return `${pool.id}:${listener.id}`;
}

/** HTTPS is passed through, so to HAProxy it is TCP. */
export function mode(listener: Listener): 'http' | 'tcp' {
  return listener.protocol === 'HTTP' ? 'http' : 'tcp';
}
