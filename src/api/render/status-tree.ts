import type { Pool } from '../../../machines/model/document.ts';
import {
  childProvisioningStatus,
  healthMonitorOperatingStatus,
  listenerOperatingStatus,
  loadBalancerOperatingStatus,
  memberOperatingStatus,
  poolOperatingStatus,
  type WireView,
} from '../../../machines/model/wire-status.ts';

/** All statuses of a load balancer; pools appear under the listeners that use them. */
export function statusTree(view: WireView) {
  const { document } = view;
  return {
    id: document.id,
    name: document.name,
    operating_status: loadBalancerOperatingStatus(view),
    provisioning_status: view.provisioningStatus,
    listeners: document.listeners.map((listener) => ({
      id: listener.id,
      name: listener.name,
      operating_status: listenerOperatingStatus(view, listener),
      provisioning_status: childProvisioningStatus(view, listener),
      pools: document.pools
        .filter((pool) => pool.id === listener.default_pool_id)
        .map((pool) => poolStatus(view, pool)),
    })),
  };
}

function poolStatus(view: WireView, pool: Pool) {
  const monitor = pool.healthmonitor;
  return {
    id: pool.id,
    name: pool.name,
    provisioning_status: childProvisioningStatus(view, pool),
    operating_status: poolOperatingStatus(view, pool),
    ...(monitor === null
      ? {}
      : {
          health_monitor: {
            id: monitor.id,
            name: monitor.name,
            type: monitor.type,
            provisioning_status: childProvisioningStatus(view, monitor),
            operating_status: healthMonitorOperatingStatus(view, pool, monitor),
          },
        }),
    members: pool.members.map((member) => ({
      id: member.id,
      name: member.name,
      operating_status: memberOperatingStatus(view, pool, member),
      provisioning_status: childProvisioningStatus(view, member),
      address: member.address,
      protocol_port: member.protocol_port,
    })),
  };
}
