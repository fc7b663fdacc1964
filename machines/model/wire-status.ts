import type { HealthMonitor, LoadBalancerDocument, Listener, Member, Pool } from './document.ts';
import type { OperatingReport, OperatingStatus, ProvisioningStatus } from './status.ts';

/** What of a load balancer's view decides the statuses that clients read. */
export interface WireView {
  readonly document: LoadBalancerDocument;
  /** The newest generation that a device confirmed; 0 if none ever did. */
  readonly appliedGeneration: number;
  /** Of the load balancer as a whole. */
  readonly provisioningStatus: ProvisioningStatus;
  readonly operating: OperatingReport;
}

interface Child {
  readonly created_generation: number;
  readonly changed_generation: number;
}

/**
 * A child's provisioning status. It has none of its own: the load balancer is applied as a whole,
 * so a child is pending exactly as long as the device lacks the generation that touched it.
 */
export function childProvisioningStatus(view: WireView, child: Child): ProvisioningStatus {
  const { provisioningStatus: whole, appliedGeneration } = view;
  if (whole === 'PENDING_DELETE' || whole === 'DELETED') return whole;
  if (child.changed_generation <= appliedGeneration) return 'ACTIVE';
  if (whole === 'ERROR') return 'ERROR';
  return child.created_generation > appliedGeneration ? 'PENDING_CREATE' : 'PENDING_UPDATE';
}

/** The report is what runs, so it comes first; where it is silent, nothing is known to run. */
export function loadBalancerOperatingStatus(view: WireView): OperatingStatus {
  return view.operating.loadBalancer;
}

export function listenerOperatingStatus(view: WireView, listener: Listener): OperatingStatus {
  return reported(view.operating.listeners, listener.id) ?? 'OFFLINE';
}

export function poolOperatingStatus(view: WireView, pool: Pool): OperatingStatus {
  return reported(view.operating.pools, pool.id) ?? 'OFFLINE';
}

/** A member that nobody checks is neither up nor down. */
export function memberOperatingStatus(view: WireView, pool: Pool, member: Member): OperatingStatus {
  const known = reported(view.operating.members, member.id);
  if (known !== null) return known;
  return member.admin_state_up && pool.healthmonitor === null ? 'NO_MONITOR' : 'OFFLINE';
}

/** Devices do not report on monitors: one is online when its pool runs with it. */
export function healthMonitorOperatingStatus(
  view: WireView,
  pool: Pool,
  monitor: HealthMonitor,
): OperatingStatus {
  const runs =
    monitor.admin_state_up &&
    monitor.created_generation <= view.appliedGeneration &&
    reported(view.operating.pools, pool.id) !== null;
  return runs ? 'ONLINE' : 'OFFLINE';
}

function reported(
  statuses: Readonly<Record<string, OperatingStatus>>,
  id: string,
): OperatingStatus | null {
  return Object.hasOwn(statuses, id) ? (statuses[id] ?? null) : null;
}
