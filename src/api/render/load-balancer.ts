import { loadBalancerOperatingStatus, type WireView } from '../../../machines/model/wire-status.ts';
import { idOnly, namedResponse } from './common.ts';
import { listenerFullResponse } from './listener.ts';
import { poolFullResponse } from './pool.ts';

function attributes(view: WireView) {
  const { document } = view;
  return {
    ...namedResponse(document),
    provisioning_status: view.provisioningStatus,
    operating_status: loadBalancerOperatingStatus(view),
    description: document.description,
    vip_address: document.vip_address,
    vip_port_id: document.vip_port_id,
    vip_subnet_id: document.vip_subnet_id,
    vip_network_id: document.vip_network_id,
    vip_sg_ids: document.vip_sg_ids,
    vip_qos_policy_id: document.vip_qos_policy_id,
    vip_vnic_type: 'normal',
    additional_vips: document.additional_vips,
    provider: document.provider,
    flavor_id: document.flavor_id,
    availability_zone: document.availability_zone,
  };
}

export function loadBalancerResponse(view: WireView) {
  return {
    ...attributes(view),
    listeners: view.document.listeners.map(idOnly),
    pools: view.document.pools.map(idOnly),
  };
}

/** The whole graph: the answer to a creation only. */
export function loadBalancerFullResponse(view: WireView) {
  return {
    ...attributes(view),
    listeners: view.document.listeners.map((listener) => listenerFullResponse(view, listener)),
    pools: view.document.pools.map((pool) => poolFullResponse(view, pool)),
  };
}
