import { z } from 'zod';

/**
 * The desired state of one load balancer: the whole tree, in Octavia's own field names, so that
 * what a client sent, what is stored and what a driver renders is one thing under one name.
 * Field meanings: OpenStack Load Balancing API v2 reference.
 */

const id = z.uuid();
const text = z.string().max(255);
const timestamp = z.string();
const tags = z.array(text).max(64);

/** When a resource was made and last changed, as generations of its document. */
const tracked = {
  created_generation: z.int().min(1),
  changed_generation: z.int().min(1),
};

const named = {
  id,
  name: text,
  admin_state_up: z.boolean(),
  project_id: z.string().max(36),
  created_at: timestamp,
  updated_at: timestamp.nullable(),
  tags,
  ...tracked,
};

export const Member = z.strictObject({
  ...named,
  address: z.string(),
  protocol_port: z.int().min(1).max(65535),
  weight: z.int().min(0).max(256),
  backup: z.boolean(),
  subnet_id: id.nullable(),
  monitor_address: z.string().nullable(),
  monitor_port: z.int().min(1).max(65535).nullable(),
});
export type Member = z.infer<typeof Member>;

export const HealthMonitor = z.strictObject({
  ...named,
  type: z.enum(['HTTP', 'HTTPS', 'PING', 'TCP', 'TLS-HELLO', 'UDP-CONNECT', 'SCTP']),
  /** Seconds between two checks. */
  delay: z.int().min(0),
  /** Seconds that one check may take. */
  timeout: z.int().min(0),
  /** Good checks in a row until a member is up. */
  max_retries: z.int().min(1).max(10),
  /** Bad checks in a row until a member is down. */
  max_retries_down: z.int().min(1).max(10),
  http_method: z.string().nullable(),
  url_path: z.string().nullable(),
  expected_codes: z.string().nullable(),
  http_version: z.number().nullable(),
  domain_name: text.nullable(),
});
export type HealthMonitor = z.infer<typeof HealthMonitor>;

export const SessionPersistence = z.strictObject({
  type: z.enum(['SOURCE_IP', 'HTTP_COOKIE', 'APP_COOKIE']),
  cookie_name: text.nullable(),
  persistence_timeout: z.int().nullable(),
  persistence_granularity: z.string().nullable(),
});
export type SessionPersistence = z.infer<typeof SessionPersistence>;

/** TLS options towards members or clients; kept as given, refused by drivers that lack them. */
const tlsOptions = {
  tls_ciphers: z.string().max(2048).nullable(),
  tls_versions: z.array(z.string().max(32)),
  alpn_protocols: z.array(z.string()),
};

export const Pool = z.strictObject({
  ...named,
  description: text,
  protocol: z.enum(['TCP', 'HTTP', 'HTTPS', 'PROXY', 'PROXYV2', 'UDP', 'SCTP']),
  lb_algorithm: z.enum(['LEAST_CONNECTIONS', 'ROUND_ROBIN', 'SOURCE_IP', 'SOURCE_IP_PORT']),
  session_persistence: SessionPersistence.nullable(),
  members: z.array(Member),
  healthmonitor: HealthMonitor.nullable(),
  tls_enabled: z.boolean(),
  tls_container_ref: text.nullable(),
  ca_tls_container_ref: text.nullable(),
  crl_container_ref: text.nullable(),
  ...tlsOptions,
});
export type Pool = z.infer<typeof Pool>;

export const Listener = z.strictObject({
  ...named,
  description: text,
  protocol: z.enum(['TCP', 'HTTPS', 'HTTP', 'TERMINATED_HTTPS', 'UDP', 'SCTP', 'PROMETHEUS']),
  protocol_port: z.int().min(1).max(65535),
  /** -1 means no limit. */
  connection_limit: z.int().min(-1),
  default_pool_id: id.nullable(),
  /** Header name to "true" or "false", as Octavia has it. */
  insert_headers: z.record(z.string(), z.string()),
  /** Milliseconds, as Octavia has it; null means Octavia's default. */
  timeout_client_data: z.int().min(0),
  timeout_member_connect: z.int().min(0),
  timeout_member_data: z.int().min(0),
  timeout_tcp_inspect: z.int().min(0),
  allowed_cidrs: z.array(z.string()).nullable(),
  default_tls_container_ref: text.nullable(),
  sni_container_refs: z.array(text),
  client_ca_tls_container_ref: text.nullable(),
  client_authentication: z.enum(['NONE', 'OPTIONAL', 'MANDATORY']),
  client_crl_container_ref: text.nullable(),
  hsts_max_age: z.int().nullable(),
  hsts_include_subdomains: z.boolean(),
  hsts_preload: z.boolean(),
  ...tlsOptions,
});
export type Listener = z.infer<typeof Listener>;

export const LoadBalancerDocument = z.strictObject({
  ...named,
  description: text,
  /** Which driver serves it, by Octavia's word. */
  provider: z.string().max(64),
  vip_address: z.string(),
  vip_port_id: id.nullable(),
  vip_subnet_id: id.nullable(),
  vip_network_id: id.nullable(),
  vip_qos_policy_id: id.nullable(),
  vip_sg_ids: z.array(id),
  additional_vips: z.array(
    z.strictObject({ subnet_id: id, ip_address: z.string().nullable(), port_id: id.nullable() }),
  ),
  flavor_id: id.nullable(),
  availability_zone: text.nullable(),
  listeners: z.array(Listener),
  pools: z.array(Pool),
});
export type LoadBalancerDocument = z.infer<typeof LoadBalancerDocument>;
