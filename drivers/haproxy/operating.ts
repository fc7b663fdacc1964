import type { LoadBalancerDocument, Member, Pool } from '../../machines/model/document.ts';
import type { OperatingReport, OperatingStatus } from '../../machines/model/status.ts';
import { backendName, services } from './render/services.ts';
import type { StatRow } from './show-stat.ts';

/** What is told of a load balancer that was removed, or never had content. */
export const absentReport: OperatingReport = {
  loadBalancer: 'OFFLINE',
  listeners: {},
  pools: {},
  members: {},
};

/** From best to worst, for a pool that several listeners share. */
const worseLast: readonly OperatingStatus[] = [
  'ONLINE',
  'NO_MONITOR',
  'DRAINING',
  'OFFLINE',
  'DEGRADED',
  'ERROR',
];

/**
 * The operating statuses by Octavia's rules, from what HAProxy says of itself; `rows` is null where
 * nothing answers, though something should.
 */
export function operatingReport(
  document: LoadBalancerDocument,
  rows: readonly StatRow[] | null,
): OperatingReport {
  const report = unserved(document);
  const served = services(document);
  if (!document.admin_state_up) return report;
  if (rows === null && served.length > 0) report.loadBalancer = 'ERROR';
  const statusOf = new Map((rows ?? []).map((row) => [`${row.proxy} ${row.name}`, row]));
  const poolsSeen = new Set<string>();
  for (const { listener, pool } of served) {
    const frontend = statusOf.get(`${listener.id} FRONTEND`);
    report.listeners[listener.id] = listenerStatus(frontend);
    if (frontend?.status === 'FULL') worsen(report, 'DEGRADED');
    const backend =
      pool === null ? undefined : statusOf.get(`${backendName(pool, listener)} BACKEND`);
    if (pool === null || backend === undefined) continue;
    const first = !poolsSeen.has(pool.id);
    poolsSeen.add(pool.id);
    const members = pool.members.map((member) => {
      const row = statusOf.get(`${backendName(pool, listener)} ${member.id}`);
      const status = memberStatus(pool, member, row);
      report.members[member.id] = first ? status : worst(report.members[member.id], status);
      return status;
    });
    const status = poolStatus(backend, members);
    report.pools[pool.id] = first ? status : worst(report.pools[pool.id], status);
    if (status === 'ERROR' || status === 'DEGRADED') worsen(report, status);
  }
  return report;
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
    for (const member of pool.members) {
      const known = member.admin_state_up && pool.healthmonitor === null;
      report.members[member.id] = known ? 'NO_MONITOR' : 'OFFLINE';
    }
  }
  return report;
}

function listenerStatus(row: StatRow | undefined): OperatingStatus {
  if (row === undefined) return 'ERROR';
  return row.status === 'FULL' ? 'DEGRADED' : 'ONLINE';
}

/** A pool without members counts as up with HAProxy, and so with Octavia. */
function poolStatus(row: StatRow, members: readonly OperatingStatus[]): OperatingStatus {
  if (!row.status.startsWith('UP')) return 'ERROR';
  return members.includes('ERROR') ? 'DEGRADED' : 'ONLINE';
}

/** HAProxy's words: UP, UP 1/3, DOWN, DOWN 1/2, NOLB, MAINT, DRAIN, no check. */
function memberStatus(pool: Pool, member: Member, row: StatRow | undefined): OperatingStatus {
  if (row === undefined) return 'ERROR';
  const { status } = row;
  if (!member.admin_state_up || status.startsWith('MAINT')) return 'OFFLINE';
  if (status.startsWith('DOWN')) return 'ERROR';
  if (member.weight === 0 || status.startsWith('DRAIN')) return 'DRAINING';
  if (status === 'no check' || pool.healthmonitor?.admin_state_up !== true) return 'NO_MONITOR';
  return 'ONLINE';
}

function worst(a: OperatingStatus | undefined, b: OperatingStatus): OperatingStatus {
  if (a === undefined) return b;
  return worseLast.indexOf(a) > worseLast.indexOf(b) ? a : b;
}

function worsen(report: Mutable<OperatingReport>, status: OperatingStatus): void {
  report.loadBalancer = worst(report.loadBalancer, status);
}
