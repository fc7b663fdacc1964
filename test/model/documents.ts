import type {
  HealthMonitor,
  Listener,
  LoadBalancerDocument,
  Member,
  Pool,
} from '../../machines/model/document.ts';

/** Valid resources with as little in them as can be; a test says only what it is about. */

let count = 0;

/** A UUID that is different at each call and the same in each run. */
export function nextId(): string {
  count += 1;
  return `00000000-0000-4000-8000-${count.toString(16).padStart(12, '0')}`;
}

const named = () => ({
  id: nextId(),
  name: '',
  admin_state_up: true,
  project_id: 'p',
  created_at: '2019-05-01T09:00:00',
  updated_at: null,
  tags: [],
  created_generation: 1,
  changed_generation: 1,
});

export function member(fields: Partial<Member> = {}): Member {
  return {
    ...named(),
    address: '198.51.100.7',
    protocol_port: 80,
    weight: 1,
    backup: false,
    subnet_id: null,
    monitor_address: null,
    monitor_port: null,
    ...fields,
  };
}

export function healthMonitor(fields: Partial<HealthMonitor> = {}): HealthMonitor {
  return {
    ...named(),
    type: 'TCP',
    delay: 5,
    timeout: 3,
    max_retries: 2,
    max_retries_down: 3,
    http_method: null,
    url_path: null,
    expected_codes: null,
    http_version: null,
    domain_name: null,
    ...fields,
  };
}

export function pool(fields: Partial<Pool> = {}): Pool {
  return {
    ...named(),
    description: '',
    protocol: 'HTTP',
    lb_algorithm: 'ROUND_ROBIN',
    session_persistence: null,
    members: [],
    healthmonitor: null,
    tls_enabled: false,
    tls_container_ref: null,
    ca_tls_container_ref: null,
    crl_container_ref: null,
    tls_ciphers: null,
    tls_versions: [],
    alpn_protocols: [],
    ...fields,
  };
}

export function listener(fields: Partial<Listener> = {}): Listener {
  return {
    ...named(),
    description: '',
    protocol: 'HTTP',
    protocol_port: 80,
    connection_limit: -1,
    default_pool_id: null,
    insert_headers: {},
    timeout_client_data: 50_000,
    timeout_member_connect: 5_000,
    timeout_member_data: 50_000,
    timeout_tcp_inspect: 0,
    allowed_cidrs: null,
    default_tls_container_ref: null,
    sni_container_refs: [],
    client_ca_tls_container_ref: null,
    client_authentication: 'NONE',
    client_crl_container_ref: null,
    hsts_max_age: null,
    hsts_include_subdomains: false,
    hsts_preload: false,
    tls_ciphers: null,
    tls_versions: [],
    alpn_protocols: [],
    ...fields,
  };
}

export function loadBalancer(fields: Partial<LoadBalancerDocument> = {}): LoadBalancerDocument {
  return {
    ...named(),
    description: '',
    provider: 'memory',
    vip_address: '203.0.113.10',
    vip_port_id: null,
    vip_subnet_id: null,
    vip_network_id: null,
    vip_qos_policy_id: null,
    vip_sg_ids: [],
    additional_vips: [],
    flavor_id: null,
    availability_zone: null,
    listeners: [],
    pools: [],
    ...fields,
  };
}

/** A load balancer with one listener on one pool with one member and one monitor. */
export function tree() {
  const aMember = member();
  const aMonitor = healthMonitor();
  const aPool = pool({ members: [aMember], healthmonitor: aMonitor });
  const aListener = listener({ default_pool_id: aPool.id });
  const document = loadBalancer({ listeners: [aListener], pools: [aPool] });
  return { document, aListener, aPool, aMember, aMonitor };
}
