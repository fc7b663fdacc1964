import type { Attributes, Shape } from './attributes.ts';

const named = {
  id: 'word',
  name: 'text',
  description: 'text',
  project_id: 'text',
  tenant_id: 'text',
  tags: 'structure',
} as const satisfies Attributes;

export const subnetShape: Shape = {
  plural: 'subnets',
  attributes: {
    ...named,
    shared: 'boolean',
    network_id: 'word',
    cidr: 'text',
    ip_version: 'number',
    gateway_ip: 'address',
    allocation_pools: 'structure',
    enable_dhcp: 'boolean',
    dns_nameservers: 'structure',
    host_routes: 'structure',
  },
  relations: {},
};

export const networkShape: Shape = {
  plural: 'networks',
  attributes: {
    ...named,
    shared: 'boolean',
    subnets: 'structure',
    status: 'word',
    admin_state_up: 'boolean',
    'router:external': 'boolean',
  },
  relations: {},
};

export const portShape: Shape = {
  plural: 'ports',
  attributes: {
    ...named,
    network_id: 'word',
    fixed_ips: 'structure',
    device_id: 'text',
    device_owner: 'text',
    status: 'word',
    admin_state_up: 'boolean',
  },
  relations: {},
};

export const qosPolicyShape: Shape = {
  plural: 'policies',
  attributes: { ...named, shared: 'boolean', is_default: 'boolean', rules: 'structure' },
  relations: {},
};
