import type { Listener, LoadBalancerDocument, Member, Pool } from '../model/document.ts';
import type { OperatingReport, OperatingStatus } from '../model/status.ts';
import type { MemberState, ObservedListener, ObservedPool } from './observation.ts';

/** From best to worst: what is seen in several ways counts as the worst of them. */
export const worseLast: readonly OperatingStatus[] = [
  'ONLINE',
  'NO_MONITOR',
  'DRAINING',
  'OFFLINE',
  'DEGRADED',
  'ERROR',
];

/** What is told of a load balancer that nothing runs for, and nothing should. */
export const nothingRuns: OperatingReport = {
  loadBalancer: 'OFFLINE',
  listeners: {},
  pools: {},
  members: {},
};

/**
 * The operating statuses by Octavia's rules: what is disabled is OFFLINE; a member whose check fails is
 * ERROR, and its pool and load balancer DEGRADED; a pool that can serve nobody is ERROR with its load
 * balancer. A listener answers for itself alone: it is ONLINE as long as it takes connections.
 * `observed` holds the listeners that are bound; one that should be and is not is ERROR.
 */
export function operatingReport(
  document: LoadBalancerDocument,
  observed: readonly ObservedListener[],
): OperatingReport {
  const report = unserved(document);
  const bound = new Map(observed.map((listener) => [listener.id, listener]));
  const pools = new Map(document.pools.map((pool) => [pool.id, pool]));
  const rated = new Set<string>();
  const expected = servedListeners(document);
  for (const { id } of expected) {
    const listener = bound.get(id);
    report.listeners[id] = listenerStatus(listener);
    if (report.listeners[id] !== 'ONLINE') worsen(report, 'DEGRADED');
    const pool = pools.get(listener?.pool?.id ?? '');
    if (listener?.pool == null || pool?.admin_state_up !== true) continue;
    ratePool(report, pool, listener.pool, rated);
  }
  const isGone = expected.length > 0 && !expected.some(({ id }) => bound.has(id));
  if (isGone) worsen(report, 'ERROR');
  return report;
}

/** The listeners that are to be bound; those of a disabled load balancer are not. */
export function servedListeners(document: LoadBalancerDocument): readonly Listener[] {
  if (!document.admin_state_up) return [];
  return document.listeners.filter((listener) => listener.admin_state_up);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Everything as it is while nothing serves it. */
function unserved(document: LoadBalancerDocument): Mutable<OperatingReport> {
  const report: Mutable<OperatingReport> = {
    loadBalancer: document.admin_state_up ? 'ONLINE' : 'OFFLINE',
    listeners: {},
    pools: {},
    members: {},
  };
  for (const listener of document.listeners) report.listeners[listener.id] = 'OFFLINE';
  for (const pool of document.pools) {
    report.pools[pool.id] = 'OFFLINE';
    for (const member of pool.members) report.members[member.id] = unobservedMember(pool, member);
  }
  return report;
}

/** Each listener of a pool checks its members for itself, so several views of them come together. */
function ratePool(
  report: Mutable<OperatingReport>,
  pool: Pool,
  observed: ObservedPool,
  rated: Set<string>,
): void {
  const isFirst = !rated.has(pool.id);
  rated.add(pool.id);
  const statuses = pool.members.map((member) => {
    const status = memberStatus(pool, member, observed.members.get(member.id));
    report.members[member.id] = isFirst ? status : worst(report.members[member.id], status);
    return status;
  });
  const status = poolStatus(observed, statuses);
  report.pools[pool.id] = isFirst ? status : worst(report.pools[pool.id], status);
  if (status === 'ERROR' || status === 'DEGRADED') worsen(report, status);
}

function listenerStatus(observed: ObservedListener | undefined): OperatingStatus {
  if (observed === undefined) return 'ERROR';
  return observed.isFull ? 'DEGRADED' : 'ONLINE';
}

/** A pool without members counts as up with devices, and so with Octavia. */
function poolStatus({ isUp }: ObservedPool, members: readonly OperatingStatus[]): OperatingStatus {
  if (!isUp) return 'ERROR';
  return members.includes('ERROR') ? 'DEGRADED' : 'ONLINE';
}

function memberStatus(pool: Pool, member: Member, state: MemberState | undefined): OperatingStatus {
  if (state === undefined) return unobservedMember(pool, member);
  if (!member.admin_state_up || state === 'maintenance') return 'OFFLINE';
  if (state === 'down') return 'ERROR';
  if (member.weight === 0 || state === 'draining') return 'DRAINING';
  if (state === 'unchecked' || pool.healthmonitor?.admin_state_up !== true) return 'NO_MONITOR';
  return 'ONLINE';
}

/** A member that nobody checks is neither up nor down. */
function unobservedMember(pool: Pool, member: Member): OperatingStatus {
  return member.admin_state_up && pool.healthmonitor === null ? 'NO_MONITOR' : 'OFFLINE';
}

function worst(a: OperatingStatus | undefined, b: OperatingStatus): OperatingStatus {
  if (a === undefined) return b;
  return worseLast.indexOf(a) > worseLast.indexOf(b) ? a : b;
}

function worsen(report: Mutable<OperatingReport>, status: OperatingStatus): void {
  report.loadBalancer = worst(report.loadBalancer, status);
}
