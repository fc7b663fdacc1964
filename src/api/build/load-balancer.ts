import type { LoadBalancerDocument } from '../../../machines/model/document.ts';
import { Fault } from '../../../machines/model/fault.ts';
import { unsupportedOption } from '../providers.ts';
import type { LoadBalancerPOST } from '../schemas/load-balancer.ts';
import type { ListenerSingleCreate } from '../schemas/listener.ts';
import type { Vip } from '../services.ts';
import { newGraph } from './graph.ts';
import { type Birth, newResource } from './named.ts';

/** The document that a request for a new load balancer asks for, at a given address. */
export function newLoadBalancer(
  input: LoadBalancerPOST,
  { provider, vip, additional }: { provider: string; vip: Vip; additional: readonly Vip[] },
  birth: Birth,
): LoadBalancerDocument {
  const graph = newGraph({ listeners: input.listeners ?? [], pools: input.pools ?? [] }, birth);
  return {
    ...newResource(input, birth),
    description: input.description ?? '',
    provider,
    ...vipFields(vip, additional),
    vip_qos_policy_id: null,
    vip_sg_ids: [],
    flavor_id: null,
    availability_zone: input.availability_zone ?? null,
    ...graph,
  };
}

/** The document's fields for these addresses. */
export function vipFields(vip: Vip, additional: readonly Vip[]) {
  return {
    vip_address: vip.address,
    vip_port_id: vip.portId,
    vip_subnet_id: vip.subnetId,
    vip_network_id: vip.networkId,
    additional_vips: additional.flatMap(({ subnetId, address, portId }) =>
      subnetId === null ? [] : [{ subnet_id: subnetId, ip_address: address, port_id: portId }],
    ),
  };
}

/**
 * Throws a Fault where the request names what exists in an OpenStack cloud only: keeping it without
 * doing it would be a lie, and with security groups a dangerous one.
 */
export function refuseForeignResources(input: {
  readonly vip_qos_policy_id?: string | null | undefined;
  readonly vip_sg_ids?: readonly string[] | null | undefined;
  readonly flavor_id?: string | null | undefined;
}): void {
  if (input.vip_qos_policy_id != null) {
    throw new Fault(400, 'Validation failure: VIP QoS policy is not allowed in this deployment.');
  }
  const group = input.vip_sg_ids?.[0];
  if (group !== undefined) throw new Fault(400, `Security Group ${group} not found.`);
  if (input.flavor_id != null) {
    throw new Fault(400, 'Validation failure: Invalid flavor_id.');
  }
}

/** Throws a Fault (501): no provider serves L7 policies. */
export function refuseL7Policies(
  provider: string,
  listeners: readonly ListenerSingleCreate[],
): void {
  if (listeners.some((listener) => (listener.l7policies ?? []).length > 0)) {
    throw unsupportedOption(provider, 'l7policies');
  }
}
