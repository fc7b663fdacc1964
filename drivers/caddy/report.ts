import type {
  MemberState,
  ObservedListener,
  ObservedPool,
} from '../../machines/health/observation.ts';
import { operatingReport, servedListeners } from '../../machines/health/operating.ts';
import type { LoadBalancerDocument, Member, Pool } from '../../machines/model/document.ts';
import type { OperatingReport, OperatingStatus } from '../../machines/model/status.ts';
import { takers } from './render/proxy.ts';

/**
 * The statuses of a document that Caddy has taken up. Caddy 2.6 checks members, but tells nobody which
 * of them have failed: so a checked member is shown as what it is to us, one that nobody knows of.
 */
export function reportOn(document: LoadBalancerDocument): OperatingReport {
  return operatingReport(document, servedListeners(document).map(observed(document)));
}

function observed(document: LoadBalancerDocument) {
  return ({ id, default_pool_id }: { id: string; default_pool_id: string | null }) => {
    const pool = document.pools.find((each) => each.id === default_pool_id);
    const listener: ObservedListener = {
      id,
      isFull: false,
      pool: pool?.admin_state_up === true ? observedPool(pool) : null,
    };
    return listener;
  };
}

function observedPool(pool: Pool): ObservedPool {
  return {
    id: pool.id,
    isUp: takers(pool).length > 0 || pool.members.length === 0,
    members: new Map(pool.members.map((member) => [member.id, stateOf(member)])),
  };
}

function stateOf(member: Member): MemberState {
  return member.admin_state_up ? 'unchecked' : 'maintenance';
}

/** The same while nothing listens. */
export function reportUnserved(operating: OperatingReport): OperatingReport {
  const entries = Object.entries(operating.listeners).map(
    ([id, status]): [string, OperatingStatus] => [id, status === 'ONLINE' ? 'ERROR' : status],
  );
  return { ...operating, loadBalancer: 'ERROR', listeners: Object.fromEntries(entries) };
}
