import type { LoadBalancerDocument, Member, Pool } from '../document.ts';
import { merged } from './changes.ts';
import type { WantedMember } from './operation.ts';
import { checkPool, duplicateMember, endpointOf } from './pool-rules.ts';
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

/** What a batch makes of a pool's members. */
export interface MemberBatch {
  readonly wanted: readonly WantedMember[];
  /** Does the pool keep the members that are not among those? */
  readonly additive: boolean;
}

export function batchMembers(
  document: LoadBalancerDocument,
  { poolId, ...batch }: MemberBatch & { poolId: string },
  stamp: Stamp,
): LoadBalancerDocument {
  const pool = poolIn(document, poolId);
  return withMembers(document, pool, batchedMembers(pool, batch, stamp), stamp);
}

/**
 * The pool's members after the batch: those of the same address and port are changed, the rest comes
 * and goes. A member that stays as it was is the same object. Throws a Fault (409) where the batch
 * names one address and port twice.
 */
export function batchedMembers(
  pool: Pool,
  { wanted, additive }: MemberBatch,
  stamp: Stamp,
): Member[] {
  const byEndpoint = new Map<string, WantedMember>();
  for (const each of wanted) {
    const endpoint = endpointOf(each.member);
    if (byEndpoint.has(endpoint)) throw duplicateMember(each.member);
    byEndpoint.set(endpoint, each);
  }
  const staying = pool.members.flatMap((member) => {
    const match = byEndpoint.get(endpointOf(member));
    if (match === undefined) return additive ? [member] : [];
    byEndpoint.delete(endpointOf(member));
    const next = merged(member, match.changes, mutable);
    return JSON.stringify(next) === JSON.stringify(member) ? [member] : [changed(next, stamp)];
  });
  return [...staying, ...[...byEndpoint.values()].map(({ member }) => created(member, stamp))];
}

/** Would the batch leave the pool's members as they are? */
export function changesNothing(pool: Pool, batch: MemberBatch): boolean {
  const members = batchedMembers(pool, batch, { generation: pool.changed_generation, now: '' });
  return (
    members.length === pool.members.length &&
    members.every((member, index) => member === pool.members[index])
  );
}
