import { beforeEach, describe, expect, test } from 'vitest';
import { Fault } from '../../machines/model/fault.ts';
import { fault, type Harness, harness, networkId, subnetId } from './harness.ts';

const collection = '/v2.0/lbaas/loadbalancers';
const missing = '30000000-0000-4000-8000-000000000009';

let api: Harness;
beforeEach(async () => {
  api = await harness();
});

const post = (fields: object) => api.send('POST', collection, { loadbalancer: fields });

describe('creating a load balancer', () => {
  test('answers with the defaults, an address of the pool, and 201', async () => {
    const { status, body } = await post({ vip_subnet_id: subnetId });
    expect(status).toBe(201);
    expect(body.loadbalancer).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: '',
      description: '',
      provisioning_status: 'PENDING_CREATE',
      operating_status: 'OFFLINE',
      admin_state_up: true,
      project_id: 'default',
      tenant_id: 'default',
      created_at: '2026-01-02T03:04:05',
      updated_at: null,
      vip_address: '203.0.113.1',
      vip_port_id: null,
      vip_subnet_id: subnetId,
      vip_network_id: networkId,
      vip_sg_ids: [],
      vip_qos_policy_id: null,
      vip_vnic_type: 'normal',
      additional_vips: [],
      listeners: [],
      pools: [],
      provider: 'memory',
      flavor_id: null,
      tags: [],
      availability_zone: null,
    });
  });

  test('takes all attributes, with the old name of the project', async () => {
    const made = await api.loadBalancer({
      name: 'n',
      description: 'd',
      admin_state_up: false,
      vip_address: '203.0.113.5',
      tenant_id: 'project',
      provider: 'octavia',
      tags: ['t'],
      availability_zone: 'az',
      flavor_id: null,
    });
    expect(made).toMatchObject({
      name: 'n',
      description: 'd',
      admin_state_up: false,
      vip_address: '203.0.113.5',
      project_id: 'project',
      tenant_id: 'project',
      provider: 'octavia',
      tags: ['t'],
      availability_zone: 'az',
    });
  });

  test('accepts an address alone, in its canonical spelling', async () => {
    const { status, body } = await post({ vip_address: '2001:DB8:0::5' });
    expect(status).toBe(201);
    expect(body.loadbalancer).toMatchObject({ vip_address: '2001:db8::5', vip_subnet_id: null });
  });

  test('needs to be told where its address comes from', async () => {
    expect(fault(await post({}))).toBe(
      '400 Validation failure: VIP must contain one of: vip_port_id, vip_network_id, vip_subnet_id.',
    );
    expect(fault(await post({ vip_subnet_id: missing }))).toBe(`400 Subnet ${missing} not found.`);
    expect(fault(await post({ vip_network_id: missing }))).toBe(
      `400 Network ${missing} not found.`,
    );
    expect(fault(await post({ vip_port_id: missing }))).toBe(`400 Port ${missing} not found.`);
  });

  test('never gives one address to two', async () => {
    await api.loadBalancer({ vip_address: '203.0.113.5' });
    expect(fault(await post({ vip_address: '203.0.113.5' }))).toBe(
      '409 The VIP IP address is already in use: 203.0.113.5 belongs to another load balancer.',
    );
  });

  test('is refused at the hosts own addresses, unless they are configured', async () => {
    expect(fault(await post({ vip_address: '127.0.0.1' }))).toBe(
      '400 127.0.0.1 is not a valid option for vip_address: it is a loopback address.',
    );
    api = await harness({ config: { addressPolicy: { allow: ['127.0.0.0/8'] } } });
    expect((await post({ vip_address: '127.0.0.1' })).status).toBe(201);
  });

  test('by an unknown provider is refused', async () => {
    expect(fault(await post({ vip_subnet_id: subnetId, provider: 'x' }))).toBe(
      "400 Provider 'x' is not enabled.",
    );
  });

  test('writes nothing where its provider can not serve it', async () => {
    const listeners = [{ protocol: 'UDP', protocol_port: 53 }];
    expect(fault(await post({ vip_subnet_id: subnetId, provider: 'octavia', listeners }))).toBe(
      "501 Provider 'octavia' does not support a requested option: listener protocol UDP",
    );
    expect(api.store.snapshot()).toEqual([]);
    expect(api.loadBalancers.list()).toEqual([]);
  });

  test('gives the address back when it is refused, and keeps it when nobody knows', async () => {
    api.loadBalancers.failure = new Fault(409, 'no');
    expect(fault(await post({ vip_subnet_id: subnetId }))).toBe('409 no');
    expect(api.store.snapshot()).toEqual([]);
    api.loadBalancers.failure = new Fault(503, 'perhaps', 7);
    const answer = await post({ vip_subnet_id: subnetId });
    expect(fault(answer)).toBe('503 perhaps');
    expect(answer.headers.get('Retry-After')).toBe('7');
    expect(api.store.snapshot()).toHaveLength(1);
  });

  test('keeps the address of what was written and is not seen, which may be there all the same', async () => {
    api.loadBalancers.failure = new Fault(404, 'not found');

    expect(fault(await post({ vip_subnet_id: subnetId }))).toBe('404 not found');
    expect(api.store.snapshot()).toHaveLength(1);
  });

  test('refuses what only an OpenStack cloud has', async () => {
    const vip = { vip_subnet_id: subnetId };
    expect(fault(await post({ ...vip, vip_qos_policy_id: missing }))).toMatch(/^400 .*QoS policy/);
    expect(fault(await post({ ...vip, vip_sg_ids: [missing] }))).toBe(
      `400 Security Group ${missing} not found.`,
    );
    expect(fault(await post({ ...vip, flavor_id: missing }))).toMatch(/^400 .*Invalid flavor_id/);
    const listeners = [{ protocol: 'HTTP', protocol_port: 80, l7policies: [{}] }];
    expect(fault(await post({ ...vip, listeners }))).toMatch(/^501 .*l7policies$/);
  });

  test('takes further addresses of other subnets, and those in no subnet twice', async () => {
    const twice = { vip_subnet_id: subnetId, additional_vips: [{ subnet_id: subnetId }] };
    expect(fault(await post(twice))).toMatch(/^400 .*Duplicate VIP subnet/);
    const more = { vip_address: '198.51.100.1', additional_vips: [{ subnet_id: subnetId }] };
    const made = (await post(more)).body.loadbalancer;
    expect(made.additional_vips).toEqual([
      { subnet_id: subnetId, ip_address: '203.0.113.1', port_id: null },
    ]);
  });
});

describe('creating a load balancer with all that is in it', () => {
  const graph = {
    listeners: [
      { name: 'by name', protocol: 'HTTP', protocol_port: 80, default_pool: { name: 'shared' } },
      {
        name: 'inline',
        protocol: 'TCP',
        protocol_port: 81,
        default_pool: {
          name: 'own',
          protocol: 'TCP',
          lb_algorithm: 'ROUND_ROBIN',
          members: [{ address: '198.51.100.7', protocol_port: 8080 }],
        },
      },
    ],
    pools: [
      {
        name: 'shared',
        protocol: 'HTTP',
        lb_algorithm: 'LEAST_CONNECTIONS',
        healthmonitor: { type: 'HTTP', delay: 5, timeout: 3, max_retries: 2 },
        members: [{ address: '198.51.100.7', protocol_port: 80, backup: true }],
      },
    ],
  };

  test('answers with the full graph, listeners on their pools', async () => {
    const made = await api.loadBalancer({ ...graph, project_id: 'p' });
    const [shared, own] = made.pools;
    expect(made.listeners).toMatchObject([
      { name: 'by name', default_pool_id: shared.id, project_id: 'p', l7policies: [] },
      { name: 'inline', default_pool_id: own.id, provisioning_status: 'PENDING_CREATE' },
    ]);
    expect(shared).toMatchObject({
      name: 'shared',
      listeners: [{ id: made.listeners[0].id }],
      healthmonitor: { type: 'HTTP', url_path: '/', expected_codes: '200', http_method: 'GET' },
      members: [{ address: '198.51.100.7', backup: true, weight: 1, operating_status: 'OFFLINE' }],
    });
    expect(own.members).toMatchObject([{ operating_status: 'NO_MONITOR', project_id: 'p' }]);
    expect(own).not.toHaveProperty('healthmonitor');
  });

  test('shows ids only when it is read again', async () => {
    const made = await api.loadBalancer(graph);
    const { body } = await api.send('GET', `${collection}/${made.id}`);
    expect(body.loadbalancer.listeners).toEqual(
      made.listeners.map(({ id }: { id: string }) => ({ id })),
    );
    expect(body.loadbalancer.pools).toEqual(made.pools.map(({ id }: { id: string }) => ({ id })));
  });

  test('refuses names that mean nothing, or two things', async () => {
    const vip = { vip_subnet_id: subnetId };
    const [byName] = graph.listeners;
    expect(fault(await post({ ...vip, listeners: [byName] }))).toBe(
      "400 Validation failure: Pool 'shared' was referenced but no full definition was found.",
    );
    expect(fault(await post({ ...vip, pools: [...graph.pools, ...graph.pools] }))).toMatch(
      /^400 .*Pool names must be unique/,
    );
    const unnamed = [
      { ...byName, default_pool: { protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN' } },
    ];
    expect(fault(await post({ ...vip, listeners: unnamed }))).toMatch(/^400 .*must be named/);
    const half = [{ ...byName, default_pool: { name: 'h', protocol: 'HTTP' } }];
    expect(fault(await post({ ...vip, listeners: half }))).toBe(
      "400 Validation failure: Pool definition for 'h' missing required attribute: lb_algorithm",
    );
  });

  test('holds to the rules of each part', async () => {
    const vip = { vip_subnet_id: subnetId };
    const [byName] = graph.listeners;
    const pools = [{ ...graph.pools[0], protocol: 'TCP' }];
    expect(fault(await post({ ...vip, listeners: [byName], pools }))).toMatch(
      /^400 .*The pool protocol 'TCP' is invalid/,
    );
    const evil = [
      { ...graph.pools[0], members: [{ address: '169.254.169.254', protocol_port: 80 }] },
    ];
    expect(fault(await post({ ...vip, pools: evil }))).toBe(
      '400 169.254.169.254 is not a valid option for member address: it is the address of a ' +
        'metadata service.',
    );
    expect(api.store.snapshot()).toEqual([]);
  });
});
