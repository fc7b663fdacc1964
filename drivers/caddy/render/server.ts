import type { Listener, LoadBalancerDocument, Pool } from '../../../machines/model/document.ts';
import type { Json } from '../json.ts';
import { socketAddress } from './address.ts';
import { renderProxy, takers } from './proxy.ts';

/**
 * Without it, a host matcher or the port 443 would make Caddy ask for certificates, and redirect plain
 * clients.
 */
const plain: Json = { automatic_https: { disable: true } };

/** A server that listens nowhere, and so keeps only its entry. */
export const silentServer: Json = { ...plain, routes: [] };

export function listenAddress(document: LoadBalancerDocument, listener: Listener): string {
  return socketAddress(document.vip_address, listener.protocol_port);
}

/** The server of one listener that is to be bound. */
export function renderServer(document: LoadBalancerDocument, listener: Listener): Json {
  const pool = document.pools.find(({ id }) => id === listener.default_pool_id);
  return {
    ...plain,
    listen: [listenAddress(document, listener)],
    protocols: ['h1'],
    read_header_timeout: `${listener.timeout_client_data}ms`,
    idle_timeout: `${listener.timeout_client_data}ms`,
    routes: [...renderAllowed(listener.allowed_cidrs ?? []), { handle: [handler(listener, pool)] }],
  };
}

/** Whoever comes from elsewhere is hung up on, as by a firewall. */
function renderAllowed(ranges: readonly string[]): Json[] {
  if (ranges.length === 0) return [];
  return [
    {
      match: [{ not: [{ remote_ip: { ranges } }] }],
      handle: [{ handler: 'static_response', abort: true }],
      terminal: true,
    },
  ];
}

function handler(listener: Listener, pool: Pool | undefined): Json {
  const isServed = pool?.admin_state_up === true && takers(pool).length > 0;
  return isServed ? renderProxy(listener, pool) : { handler: 'static_response', status_code: 503 };
}
