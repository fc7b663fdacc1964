import { describe, expect, test } from 'vitest';
import { unsupported } from '../../drivers/caddy/unsupported.ts';
import type {
  HealthMonitor,
  Listener,
  Member,
  Pool,
  SessionPersistence,
} from '../../machines/model/document.ts';
import {
  healthMonitor,
  listener,
  loadBalancerDocument,
  member,
  pool,
} from '../fixtures/documents.ts';

const withListener = (given: Partial<Listener>) =>
  unsupported(loadBalancerDocument({ listeners: [listener(given)] }));
const withPool = (given: Partial<Pool>) =>
  unsupported(loadBalancerDocument({ pools: [pool(given)] }));
const withMember = (given: Partial<Member>) => withPool({ members: [member(given)] });
const withMonitor = (given: Partial<HealthMonitor>) =>
  withPool({ healthmonitor: healthMonitor(given) });

function withPersistence(given: Partial<SessionPersistence>, rest: Partial<Pool> = {}) {
  const nothing = { cookie_name: null, persistence_timeout: null, persistence_granularity: null };
  const session_persistence = { type: 'HTTP_COOKIE' as const, ...nothing, ...given };
  return withPool({ session_persistence, ...rest });
}

const id = '11111111-2222-4333-8444-555555555555';
const longest = `/${'a'.repeat(2047)}`;

describe('what Caddy is not asked to do is named as users know it', () => {
  test.each<[string, readonly string[]]>([
    ['listener protocol TCP', withListener({ protocol: 'TCP' })],
    ['listener protocol HTTPS', withListener({ protocol: 'HTTPS' })],
    ['listener protocol TERMINATED_HTTPS', withListener({ protocol: 'TERMINATED_HTTPS' })],
    ['listener protocol UDP', withListener({ protocol: 'UDP' })],
    ['listener protocol SCTP', withListener({ protocol: 'SCTP' })],
    ['listener protocol PROMETHEUS', withListener({ protocol: 'PROMETHEUS' })],
    ['listener connection_limit 100', withListener({ connection_limit: 100 })],
    ['listener timeout_client_data 0', withListener({ timeout_client_data: 0 })],
    ['listener timeout_member_connect 0', withListener({ timeout_member_connect: 0 })],
    ['listener timeout_member_data 0', withListener({ timeout_member_data: 0 })],
    ['listener timeout_tcp_inspect', withListener({ timeout_tcp_inspect: 1 })],
    ['listener client_authentication', withListener({ client_authentication: 'OPTIONAL' })],
    ['listener client_ca_tls_container_ref', withListener({ client_ca_tls_container_ref: 'x' })],
    ['listener client_crl_container_ref', withListener({ client_crl_container_ref: 'x' })],
    ['listener default_tls_container_ref', withListener({ default_tls_container_ref: 'x' })],
    ['listener sni_container_refs', withListener({ sni_container_refs: ['x'] })],
    ['listener hsts_max_age', withListener({ hsts_max_age: 1 })],
    ['listener hsts_include_subdomains', withListener({ hsts_include_subdomains: true })],
    ['listener hsts_preload', withListener({ hsts_preload: true })],
    ['listener tls_ciphers', withListener({ tls_ciphers: 'x' })],
    ['listener tls_versions', withListener({ tls_versions: ['TLSv1.3'] })],
    ['listener alpn_protocols', withListener({ alpn_protocols: ['h2'] })],
    [
      'listener insert_headers "X-SSL-Client-CN"',
      withListener({ insert_headers: { 'X-SSL-Client-CN': 'true' } }),
    ],
    [
      'listener allowed_cidrs entry "10.0.0.0/33", which is no network',
      withListener({ allowed_cidrs: ['10.0.0.0/33'] }),
    ],
    ['pool protocol TCP', withPool({ protocol: 'TCP' })],
    ['pool protocol HTTPS', withPool({ protocol: 'HTTPS' })],
    ['pool protocol PROXY', withPool({ protocol: 'PROXY' })],
    ['pool lb_algorithm SOURCE_IP_PORT', withPool({ lb_algorithm: 'SOURCE_IP_PORT' })],
    ['pool tls_enabled', withPool({ tls_enabled: true })],
    ['pool tls_container_ref', withPool({ tls_container_ref: 'x' })],
    ['pool ca_tls_container_ref', withPool({ ca_tls_container_ref: 'x' })],
    ['pool crl_container_ref', withPool({ crl_container_ref: 'x' })],
    ['pool tls_ciphers', withPool({ tls_ciphers: 'x' })],
    ['pool session_persistence APP_COOKIE', withPersistence({ type: 'APP_COOKIE' })],
    [
      'pool session_persistence HTTP_COOKIE with lb_algorithm LEAST_CONNECTIONS',
      withPersistence({}, { lb_algorithm: 'LEAST_CONNECTIONS' }),
    ],
    [
      'pool session_persistence SOURCE_IP with lb_algorithm LEAST_CONNECTIONS',
      withPersistence({ type: 'SOURCE_IP' }, { lb_algorithm: 'LEAST_CONNECTIONS' }),
    ],
    [
      'pool session_persistence cookie_name "{env.HOME}"',
      withPersistence({ cookie_name: '{env.HOME}' }),
    ],
    ['pool session_persistence persistence_timeout', withPersistence({ persistence_timeout: 60 })],
    [
      'pool session_persistence persistence_granularity',
      withPersistence({ persistence_granularity: '255.255.255.0' }),
    ],
    ['member backup', withMember({ backup: true })],
    ['member monitor_address', withMember({ monitor_address: '10.0.0.9' })],
    [
      'member address "example.org", which is no IP address',
      withMember({ address: 'example.org' }),
    ],
    [
      'member weight that differs within its pool',
      withPool({ members: [member({ weight: 1 }), member({ weight: 2 })] }),
    ],
    [
      'member monitor_port that differs within its pool',
      withPool({ members: [member({ monitor_port: 81 }), member()] }),
    ],
    ['health monitor type PING', withMonitor({ type: 'PING' })],
    ['health monitor type TCP', withMonitor({ type: 'TCP' })],
    ['health monitor type TLS-HELLO', withMonitor({ type: 'TLS-HELLO' })],
    ['health monitor type HTTPS', withMonitor({ type: 'HTTPS' })],
    ['health monitor delay 0', withMonitor({ delay: 0 })],
    ['health monitor timeout 0', withMonitor({ timeout: 0 })],
    ['health monitor delay 2147484', withMonitor({ delay: 2_147_484 })],
    ['health monitor timeout 2147484', withMonitor({ timeout: 2_147_484 })],
    ['health monitor expected_codes "599-500"', withMonitor({ expected_codes: '599-500' })],
    ['health monitor max_retries 2', withMonitor({ max_retries: 2 })],
    ['health monitor max_retries_down 3', withMonitor({ max_retries_down: 3 })],
    ['health monitor http_method "HEAD"', withMonitor({ http_method: 'HEAD' })],
    ['health monitor url_path "/{env.HOME}"', withMonitor({ url_path: '/{env.HOME}' })],
    ['health monitor url_path "/a b"', withMonitor({ url_path: '/a b' })],
    ['health monitor url_path "/a%2fb"', withMonitor({ url_path: '/a%2fb' })],
    ['health monitor url_path "/a%40b"', withMonitor({ url_path: '/a%40b' })],
    ['health monitor url_path "/100%"', withMonitor({ url_path: '/100%' })],
    ['health monitor url_path "/a#b"', withMonitor({ url_path: '/a#b' })],
    [
      'health monitor url_path longer than 2048 characters',
      withMonitor({ url_path: `${longest}a` }),
    ],
    ['health monitor domain_name "{x}"', withMonitor({ domain_name: '{x}' })],
    ['health monitor expected_codes "200,202"', withMonitor({ expected_codes: '200,202' })],
    ['health monitor expected_codes "200-204"', withMonitor({ expected_codes: '200-204' })],
    ['health monitor http_version 1', withMonitor({ http_version: 1 })],
    ['load balancer vip_sg_ids', unsupported(loadBalancerDocument({ vip_sg_ids: [id] }))],
    [
      'load balancer vip_qos_policy_id',
      unsupported(loadBalancerDocument({ vip_qos_policy_id: id })),
    ],
    [
      'load balancer additional_vips',
      unsupported(
        loadBalancerDocument({
          additional_vips: [{ subnet_id: id, ip_address: null, port_id: null }],
        }),
      ),
    ],
    [
      'load balancer vip_address "192.0.2.1:80", which is no IP address',
      unsupported(loadBalancerDocument({ vip_address: '192.0.2.1:80' })),
    ],
    [
      'load balancer id "../../admin", which is no UUID',
      unsupported(loadBalancerDocument({ id: '../../admin' })),
    ],
    [
      'two listeners with the protocol_port 80',
      unsupported(loadBalancerDocument({ listeners: [listener(), listener()] })),
    ],
  ])('%s', (name, named) => {
    expect(named).toEqual([name]);
  });
});

describe('nothing is named of', () => {
  test.each<[string, readonly string[]]>([
    ['the longest url_path', withMonitor({ url_path: longest })],
    [
      'weights that are all the same',
      withPool({ members: [member({ weight: 5 }), member({ weight: 5 })] }),
    ],
    [
      'a weight of 0 beside others',
      withPool({ members: [member({ weight: 0 }), member({ weight: 5 })] }),
    ],
    ['a monitor_address that is the address', withMember({ monitor_address: '127.0.0.1' })],
    ['SOURCE_IP twice', withPersistence({ type: 'SOURCE_IP' }, { lb_algorithm: 'SOURCE_IP' })],
    ['a header that is not to be inserted', withListener({ insert_headers: { Other: 'false' } })],
  ])('%s', (_, named) => {
    expect(named).toEqual([]);
  });
});
