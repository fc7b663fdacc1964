import { describe, expect, test } from 'vitest';
import { unsupported } from '../../drivers/haproxy/unsupported.ts';
import type { HealthMonitor, Listener, Member, Pool } from '../../machines/model/document.ts';
import {
  healthMonitor,
  listener,
  loadBalancerDocument,
  member,
  pool,
} from '../fixtures/documents.ts';

function withListener(given: Partial<Listener>) {
  return unsupported(loadBalancerDocument({ listeners: [listener(given)] }));
}

function withPool(given: Partial<Pool>) {
  return unsupported(loadBalancerDocument({ pools: [pool(given)] }));
}

const withMember = (given: Partial<Member>) => withPool({ members: [member(given)] });
const withMonitor = (given: Partial<HealthMonitor>) =>
  withPool({ healthmonitor: healthMonitor(given) });

describe('what HAProxy is not asked to do is named as users know it', () => {
  const id = '11111111-2222-4333-8444-555555555555';

  test.each<[string, readonly string[]]>([
    ['listener protocol UDP', withListener({ protocol: 'UDP' })],
    ['listener protocol SCTP', withListener({ protocol: 'SCTP' })],
    ['listener protocol TERMINATED_HTTPS', withListener({ protocol: 'TERMINATED_HTTPS' })],
    ['listener protocol PROMETHEUS', withListener({ protocol: 'PROMETHEUS' })],
    ['listener timeout_tcp_inspect', withListener({ timeout_tcp_inspect: 1 })],
    ['listener client_authentication', withListener({ client_authentication: 'OPTIONAL' })],
    ['listener hsts_max_age', withListener({ hsts_max_age: 1 })],
    ['listener tls_versions', withListener({ tls_versions: ['TLSv1.3'] })],
    ['listener sni_container_refs', withListener({ sni_container_refs: ['x'] })],
    ['listener connection_limit 0', withListener({ connection_limit: 0 })],
    ['listener connection_limit 2147483648', withListener({ connection_limit: 2_147_483_648 })],
    [
      'listener insert_headers "X-SSL-Client-CN"',
      withListener({ insert_headers: { 'X-SSL-Client-CN': 'true' } }),
    ],
    [
      'listener insert_headers with protocol TCP',
      withListener({ protocol: 'TCP', insert_headers: { 'X-Forwarded-For': 'true' } }),
    ],
    [
      'listener allowed_cidrs entry "10.0.0.0/33", which is no network',
      withListener({ allowed_cidrs: ['10.0.0.0/33'] }),
    ],
    ['pool protocol PROXY', withPool({ protocol: 'PROXY' })],
    ['pool protocol PROXYV2', withPool({ protocol: 'PROXYV2' })],
    ['pool protocol UDP', withPool({ protocol: 'UDP' })],
    ['pool lb_algorithm SOURCE_IP_PORT', withPool({ lb_algorithm: 'SOURCE_IP_PORT' })],
    ['pool tls_enabled', withPool({ tls_enabled: true })],
    [
      'pool session_persistence HTTP_COOKIE',
      withPool({
        session_persistence: {
          type: 'HTTP_COOKIE',
          cookie_name: null,
          persistence_timeout: null,
          persistence_granularity: null,
        },
      }),
    ],
    [
      'member address "example.org", which is no IP address',
      withMember({ address: 'example.org' }),
    ],
    [
      'member monitor_address "::1%lo", which is no IP address',
      withMember({ monitor_address: '::1%lo' }),
    ],
    ['health monitor type PING', withMonitor({ type: 'PING' })],
    ['health monitor type TLS-HELLO', withMonitor({ type: 'TLS-HELLO' })],
    ['health monitor type UDP-CONNECT', withMonitor({ type: 'UDP-CONNECT' })],
    ['health monitor type HTTPS', withMonitor({ type: 'HTTPS' })],
    ['health monitor delay 0', withMonitor({ delay: 0 })],
    ['health monitor timeout 0', withMonitor({ timeout: 0 })],
    ['health monitor delay 2147484', withMonitor({ delay: 2_147_484 })],
    ['health monitor timeout 2147484', withMonitor({ timeout: 2_147_484 })],
    ['health monitor expected_codes "300-200"', withMonitor({ expected_codes: '300-200' })],
    ['health monitor http_method "BREW"', withMonitor({ http_method: 'BREW' })],
    ['health monitor url_path "no slash"', withMonitor({ url_path: 'no slash' })],
    ['health monitor expected_codes "2xx"', withMonitor({ expected_codes: '2xx' })],
    ['health monitor http_version 2', withMonitor({ http_version: 2 })],
    [
      'load balancer vip_qos_policy_id',
      unsupported(loadBalancerDocument({ vip_qos_policy_id: id })),
    ],
    ['load balancer vip_sg_ids', unsupported(loadBalancerDocument({ vip_sg_ids: [id] }))],
    [
      'load balancer additional_vips',
      unsupported(
        loadBalancerDocument({
          additional_vips: [{ subnet_id: id, ip_address: null, port_id: null }],
        }),
      ),
    ],
  ])('%s', (name, named) => {
    expect(named).toEqual([name]);
  });

  test('a pool that does not fit its listener', () => {
    const behind = pool({ protocol: 'TCP' });
    const document = loadBalancerDocument({
      listeners: [listener({ default_pool_id: behind.id })],
      pools: [behind],
    });
    expect(unsupported(document)).toEqual(['pool protocol TCP behind a listener of protocol HTTP']);
  });

  test('a header that is not to be inserted is nothing to refuse', () => {
    expect(withListener({ insert_headers: { 'X-SSL-Client-CN': 'false' } })).toEqual([]);
  });

  test('the most that HAProxy can count is nothing to refuse', () => {
    const most = 2_147_483;

    const limit = withListener({ connection_limit: 2_147_483_647 });
    const times = withMonitor({ delay: most, timeout: most, expected_codes: '200-200' });

    expect([...limit, ...times]).toEqual([]);
  });
});
