import type { Attributes, Shape } from './attributes.ts';

const named = {
  id: 'word',
  name: 'text',
  admin_state_up: 'boolean',
  project_id: 'text',
  tenant_id: 'text',
  created_at: 'text',
  updated_at: 'text',
  tags: 'structure',
  provisioning_status: 'word',
  operating_status: 'word',
} as const satisfies Attributes;

const tls = {
  tls_ciphers: 'text',
  tls_versions: 'structure',
  alpn_protocols: 'structure',
} as const satisfies Attributes;

const inLoadBalancer = { loadbalancer_id: 'word' } as const satisfies Attributes;

export const loadBalancerShape: Shape = {
  plural: 'loadbalancers',
  attributes: {
    ...named,
    description: 'text',
    vip_address: 'address',
    vip_port_id: 'word',
    vip_subnet_id: 'word',
    vip_network_id: 'word',
    vip_sg_ids: 'structure',
    vip_qos_policy_id: 'word',
    vip_vnic_type: 'word',
    additional_vips: 'structure',
    provider: 'text',
    flavor_id: 'word',
    availability_zone: 'text',
    listeners: 'structure',
    pools: 'structure',
  },
  relations: inLoadBalancer,
};

export const listenerShape: Shape = {
  plural: 'listeners',
  attributes: {
    ...named,
    description: 'text',
    protocol: 'word',
    protocol_port: 'number',
    connection_limit: 'number',
    default_tls_container_ref: 'text',
    sni_container_refs: 'structure',
    default_pool_id: 'word',
    l7policies: 'structure',
    insert_headers: 'structure',
    timeout_client_data: 'number',
    timeout_member_connect: 'number',
    timeout_member_data: 'number',
    timeout_tcp_inspect: 'number',
    client_ca_tls_container_ref: 'text',
    client_authentication: 'word',
    client_crl_container_ref: 'text',
    allowed_cidrs: 'structure',
    ...tls,
    hsts_max_age: 'number',
    hsts_include_subdomains: 'boolean',
    hsts_preload: 'boolean',
    loadbalancers: 'structure',
  },
  relations: inLoadBalancer,
};

export const poolShape: Shape = {
  plural: 'pools',
  attributes: {
    ...named,
    description: 'text',
    protocol: 'word',
    lb_algorithm: 'word',
    session_persistence: 'structure',
    listeners: 'structure',
    tls_container_ref: 'text',
    ca_tls_container_ref: 'text',
    crl_container_ref: 'text',
    tls_enabled: 'boolean',
    ...tls,
    loadbalancers: 'structure',
    healthmonitor_id: 'word',
    members: 'structure',
  },
  relations: inLoadBalancer,
};

export const memberShape: Shape = {
  plural: 'members',
  attributes: {
    ...named,
    address: 'address',
    protocol_port: 'number',
    weight: 'number',
    backup: 'boolean',
    subnet_id: 'word',
    monitor_address: 'address',
    monitor_port: 'number',
    vnic_type: 'word',
  },
  relations: inLoadBalancer,
};

export const healthMonitorShape: Shape = {
  plural: 'healthmonitors',
  attributes: {
    ...named,
    type: 'word',
    delay: 'number',
    timeout: 'number',
    max_retries: 'number',
    max_retries_down: 'number',
    http_method: 'word',
    url_path: 'text',
    expected_codes: 'text',
    http_version: 'number',
    domain_name: 'text',
    pools: 'structure',
  },
  relations: { ...inLoadBalancer, pool_id: 'word' },
};
