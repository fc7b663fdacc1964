import type {
  MemberState,
  ObservedListener,
  ObservedPool,
} from '../../machines/health/observation.ts';
import { nothingRuns, operatingReport, servedListeners } from '../../machines/health/operating.ts';
import type { LoadBalancerDocument, Member, Pool } from '../../machines/model/document.ts';
import type { OperatingReport } from '../../machines/model/status.ts';

/** The ids of the members whose checks fail. */
export type FailingMembers = ReadonlySet<string>;

/** What an appliance says of the traffic of what it holds. */
export function memoryReport(
  document: LoadBalancerDocument | null,
  { running, failing }: { readonly running: boolean; readonly failing: FailingMembers },
): OperatingReport {
  if (document === null) return nothingRuns;
  return operatingReport(document, running ? observedListeners(document, failing) : []);
}

function observedListeners(
  document: LoadBalancerDocument,
  failing: FailingMembers,
): readonly ObservedListener[] {
  return servedListeners(document).map(({ id, default_pool_id }) => {
    const pool = document.pools.find((each) => each.id === default_pool_id);
    return { id, isFull: false, pool: pool === undefined ? null : observedPool(pool, failing) };
  });
}

function observedPool(pool: Pool, failing: FailingMembers): ObservedPool {
  const states = pool.members.map(
    (member) => [member, memberState(pool, member, failing)] as const,
  );
  const takes = states.some(
    ([{ weight }, state]) => weight > 0 && (state === 'up' || state === 'unchecked'),
  );
  const members = new Map(states.map(([{ id }, state]) => [id, state]));
  return { id: pool.id, isUp: takes || pool.members.length === 0, members };
}

/** A member can only fail a check that there is. */
function memberState(pool: Pool, member: Member, failing: FailingMembers): MemberState {
  if (!member.admin_state_up) return 'maintenance';
  if (pool.healthmonitor?.admin_state_up !== true) return 'unchecked';
  return failing.has(member.id) ? 'down' : 'up';
}
