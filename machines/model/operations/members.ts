import type { LoadBalancerDocument, Member, Pool } from '../document.ts';
import { merged } from './changes.ts';
import { checkPool } from './pool-rules.ts';
import { type Stamp, changed, created } from './stamp.ts';
import { memberIn, poolIn, withListenersOf, withPool } from './tree.ts';

/** Address and port are what makes it this member. */
const mutable: readonly (keyof Member)[] = [
  'name',
  'admin_state_up',
  'weight',
  'backup',
  'monitor_address',
  'monitor_port',
  'tags',
];

function withMembers(
  document: LoadBalancerDocument,
  pool: Pool,
  members: Member[],
  stamp: Stamp,
): LoadBalancerDocument {
  const next = changed({ ...pool, members }, stamp);
  checkPool(next);
  return withListenersOf(withPool(document, next), pool.id, stamp);
}

export function createMember(
  document: LoadBalancerDocument,
  { poolId, member }: { poolId: string; member: Member },
  stamp: Stamp,
): LoadBalancerDocument {
  const pool = poolIn(document, poolId);
  return withMembers(document, pool, [...pool.members, created(member, stamp)], stamp);
}

export function updateMember(
  document: LoadBalancerDocument,
  request: { poolId: string; id: string; changes: Readonly<Record<string, unknown>> },
  stamp: Stamp,
): LoadBalancerDocument {
  const pool = poolIn(document, request.poolId);
  const member = changed(merged(memberIn(pool, request.id), request.changes, mutable), stamp);
  const members = pool.members.map((each) => (each.id === member.id ? member : each));
  return withMembers(document, pool, members, stamp);
}

export function deleteMember(
  document: LoadBalancerDocument,
  { poolId, id }: { poolId: string; id: string },
  stamp: Stamp,
): LoadBalancerDocument {
  const pool = poolIn(document, poolId);
  memberIn(pool, id);
  const members = pool.members.filter((each) => each.id !== id);
  return withMembers(document, pool, members, stamp);
}
