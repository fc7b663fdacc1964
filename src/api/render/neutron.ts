import { formatAddress, formatCidr } from '../../vips/address.ts';
import type { Subnet } from '../../vips/config.ts';
import type { LoadBalancerView } from '../services.ts';

/** What Neutron would say of the configured address pools; nothing of it can be changed by clients. */

/** Pools belong to nobody in particular: everyone's load balancers take their addresses from them. */
const everyones = {
  description: '',
  project_id: '',
  tenant_id: '',
  tags: [],
  shared: true,
};

export function subnetResponse(subnet: Subnet) {
  const { cidr, gateway, ranges } = subnet;
  const written = (value: bigint) => formatAddress({ family: cidr.family, value });
  return {
    ...everyones,
    id: subnet.subnetId,
    name: subnet.subnetName,
    network_id: subnet.networkId,
    cidr: formatCidr(cidr),
    ip_version: cidr.family,
    gateway_ip: gateway === null ? null : formatAddress(gateway),
    allocation_pools: ranges.map(({ first, last }) => ({
      start: written(first),
      end: written(last),
    })),
    enable_dhcp: false,
    dns_nameservers: [],
    host_routes: [],
  };
}

/** A network of these subnets, of which there is at least one. */
export function networkResponse(first: Subnet, subnets: readonly Subnet[]) {
  return {
    ...everyones,
    id: first.networkId,
    name: first.networkName,
    subnets: subnets.map(({ subnetId }) => subnetId),
    status: 'ACTIVE',
    admin_state_up: true,
    'router:external': false,
  };
}

/** The port that a load balancer was created with; null where it names none. */
export function portResponse({ document }: LoadBalancerView) {
  if (document.vip_port_id === null) return null;
  return {
    id: document.vip_port_id,
    name: '',
    description: '',
    project_id: document.project_id,
    tenant_id: document.project_id,
    tags: [],
    network_id: document.vip_network_id,
    fixed_ips: [{ subnet_id: document.vip_subnet_id, ip_address: document.vip_address }],
    device_id: `lb-${document.id}`,
    device_owner: 'Octavia',
    status: 'ACTIVE',
    admin_state_up: document.admin_state_up,
  };
}
