import { beforeEach, describe, expect, test } from 'vitest';
import { fault, type Harness, harness } from './harness.ts';

const missing = '30000000-0000-4000-8000-000000000009';

let api: Harness;
let lb: string;
beforeEach(async () => {
  api = await harness();
  lb = (await api.loadBalancer({ project_id: 'p' })).id;
});

async function made(path: string, root: string, fields: object) {
  const { status, body } = await api.send('POST', `/v2.0/lbaas/${path}`, { [root]: fields });
  if (status !== 201) throw new Error(`${status} ${body.faultstring}`);
  return body[root];
}

const refused = async (path: string, root: string, fields: object) =>
  fault(await api.send('POST', `/v2.0/lbaas/${path}`, { [root]: fields }));

const http = { protocol: 'HTTP', protocol_port: 80 };
const roundRobin = { protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN' };
const endpoint = { address: '198.51.100.7', protocol_port: 80 };

const aListener = (fields: object = {}) =>
  made('listeners', 'listener', { loadbalancer_id: lb, ...http, ...fields });
const aPool = (fields: object = {}) =>
  made('pools', 'pool', { loadbalancer_id: lb, ...roundRobin, ...fields });

describe('listeners', () => {
  test('are born with the defaults', async () => {
    expect(await aListener()).toEqual({
      id: expect.any(String),
      name: '',
      description: '',
      provisioning_status: 'PENDING_CREATE',
      operating_status: 'OFFLINE',
      admin_state_up: true,
      protocol: 'HTTP',
      protocol_port: 80,
      connection_limit: -1,
      default_tls_container_ref: null,
      sni_container_refs: [],
      project_id: 'p',
      tenant_id: 'p',
      default_pool_id: null,
      l7policies: [],
      insert_headers: {},
      created_at: '2026-01-02T03:04:05',
      updated_at: null,
      loadbalancers: [{ id: lb }],
      timeout_client_data: 50_000,
      timeout_member_connect: 5_000,
      timeout_member_data: 50_000,
      timeout_tcp_inspect: 0,
      tags: [],
      client_ca_tls_container_ref: null,
      client_authentication: 'NONE',
      client_crl_container_ref: null,
      allowed_cidrs: null,
      tls_ciphers: null,
      tls_versions: [],
      alpn_protocols: [],
      hsts_max_age: null,
      hsts_include_subdomains: false,
      hsts_preload: false,
    });
  });

  test('that speak TLS are born with the TLS defaults', async () => {
    const tls = await aListener({
      protocol: 'TERMINATED_HTTPS',
      default_tls_container_ref: 'https://keys/1',
    });
    expect(tls).toMatchObject({
      tls_versions: ['TLSv1.2', 'TLSv1.3'],
      alpn_protocols: ['h2', 'http/1.1', 'http/1.0'],
    });
    expect(tls.tls_ciphers).toMatch(/^TLS_AES_128_GCM_SHA256:/);
  });

  test('are read, listed by name and by load balancer, updated and deleted', async () => {
    const { id } = await aListener({ name: 'n', allowed_cidrs: ['10.1.2.3/8', '192.0.2.1'] });
    const path = `/v2.0/lbaas/listeners/${id}`;
    const other = (await api.loadBalancer()).id;
    const listed = async (query: string) =>
      (await api.send('GET', `/v2.0/lbaas/listeners${query}`)).body.listeners.length;

    const shown = await api.send('GET', path);
    expect(shown.body.listener.allowed_cidrs).toEqual(['10.0.0.0/8', '192.0.2.1/32']);
    expect(await listed('?name=n')).toBe(1);
    expect(await listed('?name=m')).toBe(0);
    expect(await listed(`?loadbalancer_id=${lb}`)).toBe(1);
    expect(await listed(`?loadbalancer_id=${other}`)).toBe(0);
    expect(await listed('?protocol_port=80&protocol=HTTP')).toBe(1);

    const changes = { connection_limit: null, timeout_client_data: 7, allowed_cidrs: [] };
    const { status, body } = await api.send('PUT', path, { listener: changes });
    expect(status).toBe(200);
    expect(body.listener).toMatchObject({
      name: 'n',
      connection_limit: -1,
      timeout_client_data: 7,
      allowed_cidrs: null,
    });

    expect((await api.send('DELETE', path)).status).toBe(204);
    expect(fault(await api.send('GET', path))).toBe(`404 Listener ${id} not found.`);
  });

  test('belong to a load balancer that exists, and have one port each', async () => {
    expect(await refused('listeners', 'listener', { ...http, loadbalancer_id: missing })).toBe(
      `404 Load Balancer ${missing} not found.`,
    );
    await aListener();
    expect(await refused('listeners', 'listener', { ...http, loadbalancer_id: lb })).toBe(
      '409 Another Listener on this Load Balancer is already using protocol HTTP and protocol_port 80',
    );
  });

  test('may limit connections to as many as devices can count', async () => {
    const limited = { ...http, loadbalancer_id: lb };

    const most = await aListener({ connection_limit: 2_147_483_647 });
    const more = await refused('listeners', 'listener', {
      ...limited,
      connection_limit: 2_147_483_648,
    });

    expect(most.connection_limit).toBe(2_147_483_647);
    expect(more).toMatch(/^400 .*lower or equal to 2147483647/);
  });

  test('may come with their pool', async () => {
    const listener = await aListener({ default_pool: { ...roundRobin, members: [endpoint] } });
    const { body } = await api.send('GET', `/v2.0/lbaas/pools/${listener.default_pool_id}`);
    expect(body.pool).toMatchObject({ listeners: [{ id: listener.id }] });
    expect(body.pool.members).toHaveLength(1);
    const both = {
      ...http,
      loadbalancer_id: lb,
      default_pool: roundRobin,
      default_pool_id: missing,
    };
    expect(await refused('listeners', 'listener', both)).toMatch(/^400 .*Only one of default_pool/);
  });

  test('do not change their protocol, port or load balancer', async () => {
    const { id } = await aListener();
    for (const attribute of ['protocol', 'protocol_port', 'loadbalancer_id']) {
      const request = { listener: { [attribute]: 81 } };
      expect(fault(await api.send('PUT', `/v2.0/lbaas/listeners/${id}`, request))).toBe(
        `400 Unknown attribute for argument listener: ${attribute}`,
      );
    }
  });
});

describe('pools', () => {
  test('are born with the defaults', async () => {
    expect(await aPool()).toEqual({
      id: expect.any(String),
      name: '',
      description: '',
      provisioning_status: 'PENDING_CREATE',
      operating_status: 'OFFLINE',
      admin_state_up: true,
      protocol: 'HTTP',
      lb_algorithm: 'ROUND_ROBIN',
      session_persistence: null,
      project_id: 'p',
      tenant_id: 'p',
      loadbalancers: [{ id: lb }],
      listeners: [],
      created_at: '2026-01-02T03:04:05',
      updated_at: null,
      healthmonitor_id: null,
      members: [],
      tags: [],
      tls_container_ref: null,
      ca_tls_container_ref: null,
      crl_container_ref: null,
      tls_enabled: false,
      tls_ciphers: null,
      tls_versions: [],
      alpn_protocols: [],
    });
  });

  test('are made under a listener by its id alone', async () => {
    const listener = await aListener();
    const pool = await made('pools', 'pool', { ...roundRobin, listener_id: listener.id });
    expect(pool).toMatchObject({ listeners: [{ id: listener.id }], loadbalancers: [{ id: lb }] });
    expect(await refused('pools', 'pool', { ...roundRobin, listener_id: listener.id })).toBe(
      '409 This listener already has a default pool',
    );
    expect(await refused('pools', 'pool', { ...roundRobin, listener_id: missing })).toBe(
      `404 Listener ${missing} not found.`,
    );
    expect(await refused('pools', 'pool', roundRobin)).toBe(
      '400 Validation failure: Must provide at least one of: loadbalancer_id, listener_id',
    );
  });

  test('are read, listed, updated and deleted', async () => {
    const listener = await aListener();
    const { id } = await aPool({
      name: 'n',
      listener_id: listener.id,
      session_persistence: { type: 'APP_COOKIE', cookie_name: 'sid' },
    });
    const path = `/v2.0/lbaas/pools/${id}`;
    const list = await api.send('GET', `/v2.0/lbaas/pools?name=n&loadbalancer_id=${lb}`);
    expect(list.body.pools).toMatchObject([{ id }]);

    const update = async (changes: object) =>
      (await api.send('PUT', path, { pool: changes })).body.pool;
    expect(await update({ session_persistence: { cookie_name: 'other' } })).toMatchObject({
      session_persistence: { type: 'APP_COOKIE', cookie_name: 'other' },
    });
    expect(await update({ session_persistence: null, lb_algorithm: 'SOURCE_IP' })).toMatchObject({
      session_persistence: null,
      lb_algorithm: 'SOURCE_IP',
    });
    expect(await update({ tls_enabled: true, tls_versions: null })).toMatchObject({
      tls_versions: ['TLSv1.2', 'TLSv1.3'],
    });
    expect(fault(await api.send('PUT', path, { pool: { protocol: 'TCP' } }))).toMatch(/^400/);

    expect((await api.send('DELETE', path)).status).toBe(204);
    const left = await api.send('GET', `/v2.0/lbaas/listeners/${listener.id}`);
    expect(left.body.listener.default_pool_id).toBeNull();
    expect(fault(await api.send('DELETE', path))).toBe(`404 Pool ${id} not found.`);
  });
});
