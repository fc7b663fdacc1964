import { type ResourceKind, type ResourceName, withinPool } from './resources.ts';

/** Octavia's service stands behind this prefix. */
const prefix = '/v2.0/lbaas';

const plurals: Readonly<Record<Exclude<ResourceKind, 'member'>, string>> = {
  loadbalancer: 'loadbalancers',
  listener: 'listeners',
  pool: 'pools',
  healthmonitor: 'healthmonitors',
};

/** Where resources of a kind are created and listed; members under their pool's id. */
export function collectionPath(kind: ResourceKind, poolId: string): string {
  return kind === 'member' ? `${prefix}/pools/${poolId}/members` : `${prefix}/${plurals[kind]}`;
}

/** Where those are listed that equal all the filters. */
export function listPath(
  kind: ResourceKind,
  poolId: string,
  filters: Readonly<Record<string, string>>,
): string {
  return `${collectionPath(kind, poolId)}?${new URLSearchParams(filters).toString()}`;
}

/** The key of a list's items. */
export const listKey = (kind: ResourceKind): string =>
  kind === 'member' ? 'members' : plurals[kind];

/** The pool that a resource belongs to, if its name says so. */
export function poolOf({ kind, name }: ResourceName): ResourceName | null {
  if (kind !== 'member' && kind !== 'healthmonitor') return null;
  return { kind: 'pool', name: withinPool(name).pool };
}

/** The name that the resource bears itself. */
export function ownName({ kind, name }: ResourceName): string {
  return kind === 'member' || kind === 'healthmonitor' ? withinPool(name).own : name;
}
