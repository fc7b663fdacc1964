import { nothingRuns } from '../health/operating.ts';
import type { LoadBalancerDocument } from '../model/document.ts';
import type { OperatingReport, OperatingStatus, ProvisioningStatus } from '../model/status.ts';
import type { LoadBalancerContext } from './context.ts';

interface Desired {
  readonly status: 'live' | 'deleting';
  readonly generation: number;
}

/**
 * What clients see of an actor. What was ACTIVE stays ACTIVE while orphaned, rebinding or pending;
 * only what the device still lacks is PENDING_*, and ends in ERROR with its deadline or a refusal.
 */
export function provisioningStatus(
  desired: Desired,
  context: LoadBalancerContext | null,
): ProvisioningStatus {
  const current = context !== null && context.generation === desired.generation;
  const failed = current && (context.overdue || context.refusal !== null);
  if (desired.status === 'deleting') return failed ? 'ERROR' : 'PENDING_DELETE';
  const applied = context?.appliedGeneration ?? 0;
  if (applied >= desired.generation) return 'ACTIVE';
  if (failed) return 'ERROR';
  return applied === 0 ? 'PENDING_CREATE' : 'PENDING_UPDATE';
}

/**
 * The truth about traffic as far as anybody knows it; `told`: what a holder said last, where that is
 * newer than what was found when the record's configuration was applied. An appliance goes on serving
 * without its agent, so that stands. A process on a host may go on or may have died with it, and what
 * is served under its agent's lease ends with that: until somebody has taken it over, it is DEGRADED;
 * and when nobody can, ERROR.
 */
export function wireOperating(
  document: LoadBalancerDocument,
  { state, context, told, endsWithLease }: KnownTraffic,
): OperatingReport {
  const report = told ?? context?.operating ?? nothingRuns;
  if (context === null || report === nothingRuns) return report;
  const servesAlone = context.reschedulable && !endsWithLease;
  if (state.startsWith('bound') || servesAlone || !document.admin_state_up) return report;
  const unwatched: OperatingStatus = state === 'pending' ? 'ERROR' : 'DEGRADED';
  const listeners = Object.entries(report.listeners).map(
    ([id, status]) => [id, status === 'OFFLINE' ? status : unwatched] as const,
  );
  return { ...report, loadBalancer: unwatched, listeners: Object.fromEntries(listeners) };
}

interface KnownTraffic {
  readonly state: string;
  readonly context: LoadBalancerContext | null;
  readonly told: OperatingReport | null;
  /** Is it served only as long as its agent holds its lease? */
  readonly endsWithLease: boolean;
}
