import type { LoadBalancerDocument, Pool } from '../document.ts';
import { merged } from './changes.ts';
import { checkListener } from './listener-rules.ts';
import { checkPool } from './pool-rules.ts';
import { type Stamp, changed, created } from './stamp.ts';
import { listenerIn, poolIn, withListener, withListenersOf, withPool } from './tree.ts';
import { conflict, invalid } from './words.ts';

const mutable: readonly (keyof Pool)[] = [
  'name',
  'description',
  'admin_state_up',
  'lb_algorithm',
  'session_persistence',
  'tags',
  'tls_container_ref',
  'ca_tls_container_ref',
  'crl_container_ref',
  'tls_enabled',
  'tls_ciphers',
  'tls_versions',
  'alpn_protocols',
];

/** Adds the pool with all that stands in it; attaches it to nothing. */
export function addPool(
  document: LoadBalancerDocument,
  pool: Pool,
  stamp: Stamp,
): LoadBalancerDocument {
  const added = created(
    {
      ...pool,
      members: pool.members.map((member) => created(member, stamp)),
      healthmonitor: pool.healthmonitor === null ? null : created(pool.healthmonitor, stamp),
    },
    stamp,
  );
  checkPool(added);
  return { ...document, pools: [...document.pools, added] };
}

/** Adds a pool, as the default pool of a listener if one is named that has none yet. */
export function createPool(
  document: LoadBalancerDocument,
  { pool, listenerId }: { pool: Pool; listenerId: string | null },
  stamp: Stamp,
): LoadBalancerDocument {
  const next = addPool(document, pool, stamp);
  if (listenerId === null) return next;
  const listener = listenerIn(document, listenerId);
  if (listener.default_pool_id !== null) {
    throw conflict('This listener already has a default pool');
  }
  const attached = changed({ ...listener, default_pool_id: pool.id }, stamp);
  const linked = withListener(next, attached);
  checkListener(linked, attached);
  return linked;
}

export function updatePool(
  document: LoadBalancerDocument,
  { id, changes }: { id: string; changes: Readonly<Record<string, unknown>> },
  stamp: Stamp,
): LoadBalancerDocument {
  const before = poolIn(document, id);
  const pool = changed(merged(before, withPersistenceType(before, changes), mutable), stamp);
  checkPool(pool);
  return withListenersOf(withPool(document, pool), id, stamp);
}

/** A changed session persistence may leave out its type where the pool has one already. */
function withPersistenceType(
  pool: Pool,
  changes: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const asked = changes['session_persistence'];
  if (typeof asked !== 'object' || asked === null) return changes;
  const type = (asked as { type?: unknown }).type ?? pool.session_persistence?.type;
  if (type === undefined) throw invalid('Invalid session_persistence provided.');
  return { ...changes, session_persistence: { ...asked, type } };
}

/** Removes the pool; listeners that used it stay, with no default pool. */
export function deletePool(
  document: LoadBalancerDocument,
  { id }: { id: string },
  stamp: Stamp,
): LoadBalancerDocument {
  poolIn(document, id);
  return {
    ...document,
    pools: document.pools.filter((each) => each.id !== id),
    listeners: document.listeners.map((each) =>
      each.default_pool_id === id ? changed({ ...each, default_pool_id: null }, stamp) : each,
    ),
  };
}
