import { notFound } from '../../machines/model/operations/words.ts';
import type { LoadBalancers, LoadBalancerView } from './services.ts';

/** Finding what a path or a body names; all of it throws a Fault (404) in Octavia's words. */

export function viewOf(loadBalancers: LoadBalancers, id: string): LoadBalancerView {
  const view = loadBalancers.get(id);
  if (view === null) throw notFound('Load Balancer', id);
  return view;
}

/** The load balancer that a child of the given kind belongs to. */
function ownerOf(loadBalancers: LoadBalancers, kind: string, id: string): LoadBalancerView {
  const owner = loadBalancers.ownerOf(id);
  const view = owner === null ? null : loadBalancers.get(owner);
  if (view === null) throw notFound(kind, id);
  return view;
}

function among<T extends { readonly id: string }>(all: readonly T[], kind: string, id: string): T {
  const found = all.find((each) => each.id === id);
  if (found === undefined) throw notFound(kind, id);
  return found;
}

export function listenerOf(loadBalancers: LoadBalancers, id: string) {
  const view = ownerOf(loadBalancers, 'Listener', id);
  return { view, ...listenerIn(view, id) };
}

export function listenerIn(view: LoadBalancerView, id: string) {
  return { listener: among(view.document.listeners, 'Listener', id) };
}

export function poolOf(loadBalancers: LoadBalancers, id: string) {
  const view = ownerOf(loadBalancers, 'Pool', id);
  return { view, ...poolIn(view, id) };
}

export function poolIn(view: LoadBalancerView, id: string) {
  return { pool: among(view.document.pools, 'Pool', id) };
}

/** A member under the pool of its path; another pool's member is not found there. */
export function memberOf(loadBalancers: LoadBalancers, poolId: string, id: string) {
  const view = poolOf(loadBalancers, poolId).view;
  return { view, ...memberIn(view, poolId, id) };
}

export function memberIn(view: LoadBalancerView, poolId: string, id: string) {
  const { pool } = poolIn(view, poolId);
  return { pool, member: among(pool.members, 'Member', id) };
}

export function healthMonitorOf(loadBalancers: LoadBalancers, id: string) {
  const view = ownerOf(loadBalancers, 'Health Monitor', id);
  return { view, ...healthMonitorIn(view, id) };
}

export function healthMonitorIn(view: LoadBalancerView, id: string) {
  for (const pool of view.document.pools) {
    if (pool.healthmonitor?.id === id) return { pool, healthmonitor: pool.healthmonitor };
  }
  throw notFound('Health Monitor', id);
}
