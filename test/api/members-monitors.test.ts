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
const tcpCheck = { type: 'TCP', delay: 5, timeout: 3, max_retries: 2 };
const endpoint = { address: '198.51.100.7', protocol_port: 80 };

const aListener = (fields: object = {}) =>
  made('listeners', 'listener', { loadbalancer_id: lb, ...http, ...fields });
const aPool = (fields: object = {}) =>
  made('pools', 'pool', { loadbalancer_id: lb, ...roundRobin, ...fields });

describe('members', () => {
  test('are born with the defaults, and known under their pool only', async () => {
    const pool = await aPool();
    const path = `pools/${pool.id}/members`;
    const member = await made(path, 'member', { ...endpoint, protocol_port: '80' });
    expect(member).toEqual({
      id: expect.any(String),
      name: '',
      operating_status: 'NO_MONITOR',
      provisioning_status: 'PENDING_CREATE',
      admin_state_up: true,
      address: '198.51.100.7',
      protocol_port: 80,
      weight: 1,
      backup: false,
      subnet_id: null,
      project_id: 'p',
      tenant_id: 'p',
      created_at: '2026-01-02T03:04:05',
      updated_at: null,
      monitor_address: null,
      monitor_port: null,
      tags: [],
      vnic_type: 'normal',
    });
    const other = await aPool();
    expect(fault(await api.send('GET', `/v2.0/lbaas/pools/${other.id}/members/${member.id}`))).toBe(
      `404 Member ${member.id} not found.`,
    );
    expect(await refused(path, 'member', endpoint)).toBe(
      '409 Another member on this pool is already using ip 198.51.100.7 on protocol_port 80',
    );
    expect(await refused(`pools/${missing}/members`, 'member', endpoint)).toBe(
      `404 Pool ${missing} not found.`,
    );
  });

  test('are read, listed, updated and deleted', async () => {
    const pool = await aPool();
    const { id } = await made(`pools/${pool.id}/members`, 'member', { ...endpoint, name: 'n' });
    const path = `/v2.0/lbaas/pools/${pool.id}/members/${id}`;
    expect((await api.send('GET', path)).body.member.name).toBe('n');
    const list = await api.send('GET', `/v2.0/lbaas/pools/${pool.id}/members?name=n`);
    expect(list.body).toMatchObject({ members: [{ id }], members_links: [] });

    const changes = { weight: 0, monitor_address: '198.51.100.8', monitor_port: 81 };
    const { status, body } = await api.send('PUT', path, { member: changes });
    expect([status, body.member]).toEqual([200, expect.objectContaining(changes)]);
    const reset = await api.send('PUT', path, { member: { weight: null, monitor_port: null } });
    expect(reset.body.member).toMatchObject({ weight: 1, monitor_port: null });
    for (const attribute of ['address', 'protocol_port', 'subnet_id']) {
      expect(fault(await api.send('PUT', path, { member: { [attribute]: 1 } }))).toMatch(/^400/);
    }

    expect((await api.send('DELETE', path)).status).toBe(204);
    expect(fault(await api.send('GET', path))).toBe(`404 Member ${id} not found.`);
  });

  test('mark their pool, its listeners and the load balancer as changing, and no one else', async () => {
    const pool = await aPool();
    const listener = await aListener({ default_pool_id: pool.id });
    const bystander = await aListener({ protocol_port: 81 });
    api.loadBalancers.settle(lb);
    await made(`pools/${pool.id}/members`, 'member', endpoint);
    const status = async (path: string, root: string) =>
      (await api.send('GET', `/v2.0/lbaas/${path}`)).body[root].provisioning_status;
    expect(await status(`loadbalancers/${lb}`, 'loadbalancer')).toBe('PENDING_UPDATE');
    expect(await status(`pools/${pool.id}`, 'pool')).toBe('PENDING_UPDATE');
    expect(await status(`listeners/${listener.id}`, 'listener')).toBe('PENDING_UPDATE');
    expect(await status(`listeners/${bystander.id}`, 'listener')).toBe('ACTIVE');
  });

  test('do not point where nothing may point', async () => {
    const pool = await aPool();
    const path = `pools/${pool.id}/members`;
    expect(await refused(path, 'member', { ...endpoint, address: '127.0.0.1' })).toBe(
      '400 127.0.0.1 is not a valid option for member address: it is a loopback address.',
    );
    expect(await refused(path, 'member', { ...endpoint, monitor_address: '::1' })).toMatch(
      /^400 ::1 is not a valid option for member monitor_address/,
    );
    const { id } = await made(path, 'member', endpoint);
    const change = { member: { monitor_address: '::ffff:169.254.169.254' } };
    expect(fault(await api.send('PUT', `/v2.0/lbaas/${path}/${id}`, change))).toMatch(
      /^400 ::ffff:169\.254\.169\.254 .*metadata/,
    );
    expect(
      await refused('pools', 'pool', {
        loadbalancer_id: lb,
        ...roundRobin,
        members: [{ ...endpoint, address: '0.0.0.0' }],
      }),
    ).toMatch(/^400 0\.0\.0\.0/);
    expect(await refused(path, 'member', { ...endpoint, request_sriov: true })).toMatch(
      /^400 .*SR-IOV/,
    );
  });
});

describe('health monitors', () => {
  test('are born with the defaults, those of HTTP where they speak it', async () => {
    const pool = await aPool();
    expect(
      await made('healthmonitors', 'healthmonitor', {
        ...tcpCheck,
        type: 'HTTP',
        pool_id: pool.id,
      }),
    ).toEqual({
      id: expect.any(String),
      name: '',
      type: 'HTTP',
      delay: 5,
      timeout: 3,
      max_retries: 2,
      max_retries_down: 3,
      http_method: 'GET',
      url_path: '/',
      expected_codes: '200',
      admin_state_up: true,
      project_id: 'p',
      tenant_id: 'p',
      pools: [{ id: pool.id }],
      provisioning_status: 'PENDING_CREATE',
      operating_status: 'OFFLINE',
      created_at: '2026-01-02T03:04:05',
      updated_at: null,
      tags: [],
      http_version: null,
      domain_name: null,
    });
    const other = await aPool();
    const plain = await made('healthmonitors', 'healthmonitor', { ...tcpCheck, pool_id: other.id });
    expect(plain).toMatchObject({ http_method: null, url_path: null, expected_codes: null });
  });

  test('are one per pool, of a pool that exists', async () => {
    const pool = await aPool({ healthmonitor: tcpCheck });
    expect(
      await refused('healthmonitors', 'healthmonitor', { ...tcpCheck, pool_id: pool.id }),
    ).toBe('409 This pool already has a health monitor');
    expect(
      await refused('healthmonitors', 'healthmonitor', { ...tcpCheck, pool_id: missing }),
    ).toBe(`404 Pool ${missing} not found.`);
  });

  test('are read, listed, updated and deleted', async () => {
    const pool = await aPool();
    const { id } = await made('healthmonitors', 'healthmonitor', {
      ...tcpCheck,
      name: 'n',
      type: 'HTTP',
      url_path: '/health?deep=1',
      pool_id: pool.id,
    });
    const path = `/v2.0/lbaas/healthmonitors/${id}`;
    expect((await api.send('GET', path)).body.healthmonitor.url_path).toBe('/health?deep=1');
    const list = await api.send('GET', '/v2.0/lbaas/healthmonitors?name=n&type=HTTP');
    expect(list.body).toMatchObject({ healthmonitors: [{ id }], healthmonitors_links: [] });
    const shown = await api.send('GET', `/v2.0/lbaas/pools/${pool.id}`);
    expect(shown.body.pool.healthmonitor_id).toBe(id);

    const changes = { delay: 9, url_path: null, http_version: 1.1, domain_name: 'a.example' };
    const { status, body } = await api.send('PUT', path, { healthmonitor: changes });
    expect(status).toBe(200);
    expect(body.healthmonitor).toMatchObject({ ...changes, url_path: '/' });
    for (const attribute of ['type', 'pool_id']) {
      const request = { healthmonitor: { [attribute]: 'TCP' } };
      expect(fault(await api.send('PUT', path, request))).toMatch(/^400 Unknown attribute/);
    }
    expect(fault(await api.send('PUT', path, { healthmonitor: { delay: null } }))).toMatch(/^400/);

    expect((await api.send('DELETE', path)).status).toBe(204);
    expect(fault(await api.send('GET', path))).toBe(`404 Health Monitor ${id} not found.`);
  });

  test.each([
    [{ delay: 2_147_484 }, /lower or equal to 2147483/],
    [{ timeout: 2_147_484 }, /lower or equal to 2147483/],
    [
      { expected_codes: '300-200' },
      /A range goes from the lower code to the higher, not '300-200'/,
    ],
  ])('take no %j, which no device could serve', async (change, words) => {
    const pool = await aPool({ healthmonitor: { ...tcpCheck, type: 'HTTP' } });
    const path = `/v2.0/lbaas/healthmonitors/${pool.healthmonitor_id}`;
    const most = { delay: 2_147_483, timeout: 2_147_483, expected_codes: '200-200' };

    const { status } = await api.send('PUT', path, { healthmonitor: most });
    const answer = fault(await api.send('PUT', path, { healthmonitor: change }));

    expect(status).toBe(200);
    expect(answer).toMatch(words);
  });

  test('keep null where their type has no such attribute', async () => {
    const pool = await aPool({ healthmonitor: tcpCheck });
    const path = `/v2.0/lbaas/healthmonitors/${pool.healthmonitor_id}`;
    const reset = await api.send('PUT', path, { healthmonitor: { url_path: null } });
    expect(reset.body.healthmonitor.url_path).toBeNull();
    expect(fault(await api.send('PUT', path, { healthmonitor: { url_path: '/x' } }))).toBe(
      '400 url_path is not a valid option for health monitors of type TCP',
    );
  });
});
