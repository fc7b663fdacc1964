import type { LoadBalancerDocument } from '../../machines/model/document.ts';

/** The kinds of resources, by the word that is the root of their bodies. */
export const resourceKinds = [
  'loadbalancer',
  'listener',
  'pool',
  'member',
  'healthmonitor',
] as const;
export type ResourceKind = (typeof resourceKinds)[number];

/** What a client sends under the root of a body. */
export type Attributes = Readonly<Record<string, unknown>>;

/**
 * A resource of a load balancer by names, because only the API's answers tell ids: a listener and a
 * pool by their own, members and health monitors behind their pool's, as in `pool/member-1`. The load
 * balancer itself has none.
 */
export interface ResourceName {
  readonly kind: ResourceKind;
  readonly name: string;
}

export const itself: ResourceName = { kind: 'loadbalancer', name: '' };

/** The pool's name and the name within it. */
export function withinPool(name: string): { readonly pool: string; readonly own: string } {
  const at = name.indexOf('/');
  return { pool: name.slice(0, at), own: name.slice(at + 1) };
}

/** The resource in a document; null if it is not there. */
export function resourceIn(
  document: LoadBalancerDocument,
  { kind, name }: ResourceName,
): Readonly<Record<string, unknown>> | null {
  const called = (own: string) => (each: { readonly name: string }) => each.name === own;
  if (kind === 'loadbalancer') return document;
  if (kind === 'listener') return document.listeners.find(called(name)) ?? null;
  if (kind === 'pool') return document.pools.find(called(name)) ?? null;
  const { pool: poolName, own } = withinPool(name);
  const pool = document.pools.find(called(poolName));
  if (kind === 'member') return pool?.members.find(called(own)) ?? null;
  return pool?.healthmonitor?.name === own ? pool.healthmonitor : null;
}

/** Everything below the load balancer itself, by its name. */
export function* childrenIn(document: LoadBalancerDocument): Generator<[ResourceName, Attributes]> {
  for (const each of document.listeners) yield [{ kind: 'listener', name: each.name }, each];
  for (const pool of document.pools) {
    yield [{ kind: 'pool', name: pool.name }, pool];
    for (const each of pool.members) {
      yield [{ kind: 'member', name: `${pool.name}/${each.name}` }, each];
    }
    const monitor = pool.healthmonitor;
    if (monitor !== null) {
      yield [{ kind: 'healthmonitor', name: `${pool.name}/${monitor.name}` }, monitor];
    }
  }
}
