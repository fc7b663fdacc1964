import type { LoadBalancerDocument, Member, Pool } from '../../machines/model/document.ts';
import type { OperatingReport, OperatingStatus } from '../../machines/model/status.ts';

/** What an appliance reports where every member is healthy. */
export function healthyReport(document: LoadBalancerDocument): OperatingReport {
  const up = document.admin_state_up;
  const served = new Set(
    document.listeners.filter((listener) => up && listener.admin_state_up).map(poolOf),
  );
  const report: Mutable<OperatingReport> = {
    loadBalancer: up ? 'ONLINE' : 'OFFLINE',
    listeners: {},
    pools: {},
    members: {},
  };
  for (const listener of document.listeners) {
    report.listeners[listener.id] = up && listener.admin_state_up ? 'ONLINE' : 'OFFLINE';
  }
  for (const pool of document.pools) {
    const serving = pool.admin_state_up && served.has(pool.id);
    report.pools[pool.id] = serving ? 'ONLINE' : 'OFFLINE';
    for (const member of pool.members) report.members[member.id] = memberStatus(pool, member);
  }
  return report;
}

/** What is told of a load balancer that nothing serves. */
export const absentReport: OperatingReport = {
  loadBalancer: 'OFFLINE',
  listeners: {},
  pools: {},
  members: {},
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function poolOf(listener: { default_pool_id: string | null }): string | null {
  return listener.default_pool_id;
}

function memberStatus(pool: Pool, member: Member): OperatingStatus {
  if (!member.admin_state_up) return 'OFFLINE';
  if (member.weight === 0) return 'DRAINING';
  return pool.healthmonitor?.admin_state_up === true ? 'ONLINE' : 'NO_MONITOR';
}
