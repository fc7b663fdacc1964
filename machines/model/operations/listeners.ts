import type { Listener, LoadBalancerDocument, Pool } from '../document.ts';
import { merged } from './changes.ts';
import { checkListener } from './listener-rules.ts';
import { addPool } from './pools.ts';
import { type Stamp, changed, created } from './stamp.ts';
import { listenerIn, withListener } from './tree.ts';

/** What a PUT may change; protocol, port and load balancer are what makes it this listener. */
const mutable: readonly (keyof Listener)[] = [
  'name',
  'description',
  'admin_state_up',
  'connection_limit',
  'default_tls_container_ref',
  'sni_container_refs',
  'default_pool_id',
  'insert_headers',
  'timeout_client_data',
  'timeout_member_connect',
  'timeout_member_data',
  'timeout_tcp_inspect',
  'tags',
  'client_ca_tls_container_ref',
  'client_authentication',
  'client_crl_container_ref',
  'allowed_cidrs',
  'tls_ciphers',
  'tls_versions',
  'alpn_protocols',
  'hsts_max_age',
  'hsts_include_subdomains',
  'hsts_preload',
];

/** Adds a listener, and with it the default pool that the request spelled out. */
export function createListener(
  document: LoadBalancerDocument,
  { listener, pool }: { listener: Listener; pool: Pool | null },
  stamp: Stamp,
): LoadBalancerDocument {
  const base = pool === null ? document : addPool(document, pool, stamp);
  const added = created(
    { ...listener, default_pool_id: pool?.id ?? listener.default_pool_id },
    stamp,
  );
  const next = { ...base, listeners: [...base.listeners, added] };
  checkListener(next, added);
  return next;
}

export function updateListener(
  document: LoadBalancerDocument,
  { id, changes }: { id: string; changes: Readonly<Record<string, unknown>> },
  stamp: Stamp,
): LoadBalancerDocument {
  const listener = changed(merged(listenerIn(document, id), changes, mutable), stamp);
  const next = withListener(document, listener);
  checkListener(next, listener);
  return next;
}

export function deleteListener(
  document: LoadBalancerDocument,
  { id }: { id: string },
): LoadBalancerDocument {
  listenerIn(document, id);
  return { ...document, listeners: document.listeners.filter((each) => each.id !== id) };
}
