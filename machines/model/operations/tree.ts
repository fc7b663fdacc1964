import type { HealthMonitor, Listener, LoadBalancerDocument, Member, Pool } from '../document.ts';
import { type Stamp, changed } from './stamp.ts';
import { conflict, notFound } from './words.ts';

/** Finding and replacing within a document; nothing here changes what it was given. */

export function listenerIn(document: LoadBalancerDocument, id: string): Listener {
  const listener = document.listeners.find((each) => each.id === id);
  if (listener === undefined) throw notFound('Listener', id);
  return listener;
}

export function poolIn(document: LoadBalancerDocument, id: string): Pool {
  const pool = document.pools.find((each) => each.id === id);
  if (pool === undefined) throw notFound('Pool', id);
  return pool;
}

export function memberIn(pool: Pool, id: string): Member {
  const member = pool.members.find((each) => each.id === id);
  if (member === undefined) throw notFound('Member', id);
  return member;
}

/** The pool that a health monitor belongs to, and the monitor itself. */
export function monitoredPoolIn(
  document: LoadBalancerDocument,
  id: string,
): { pool: Pool; healthmonitor: HealthMonitor } {
  for (const pool of document.pools) {
    if (pool.healthmonitor?.id === id) return { pool, healthmonitor: pool.healthmonitor };
  }
  throw notFound('Health Monitor', id);
}

export function withListener(
  document: LoadBalancerDocument,
  listener: Listener,
): LoadBalancerDocument {
  return {
    ...document,
    listeners: document.listeners.map((each) => (each.id === listener.id ? listener : each)),
  };
}

export function withPool(document: LoadBalancerDocument, pool: Pool): LoadBalancerDocument {
  return {
    ...document,
    pools: document.pools.map((each) => (each.id === pool.id ? pool : each)),
  };
}

/** Marks the listeners that send traffic to the pool: an edit beneath them changes what they do. */
export function withListenersOf(
  document: LoadBalancerDocument,
  poolId: string,
  stamp: Stamp,
): LoadBalancerDocument {
  return {
    ...document,
    listeners: document.listeners.map((each) =>
      each.default_pool_id === poolId ? changed(each, stamp) : each,
    ),
  };
}

function* idsOf(document: LoadBalancerDocument): Generator<string> {
  yield document.id;
  for (const listener of document.listeners) yield listener.id;
  for (const pool of document.pools) yield* idsOfPool(pool);
}

function* idsOfPool(pool: Pool): Generator<string> {
  yield pool.id;
  if (pool.healthmonitor !== null) yield pool.healthmonitor.id;
  for (const member of pool.members) yield member.id;
}

/** Throws 409 where two resources of the document have one id; reports are keyed by ids. */
export function checkIds(document: LoadBalancerDocument): void {
  const seen = new Set<string>();
  for (const id of idsOf(document)) {
    if (seen.has(id)) throw conflict('Already an entity with that specified id.');
    seen.add(id);
  }
}
