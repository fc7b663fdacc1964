import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { type Backend, startBackend } from '../../src/demo/backends.ts';
import { freePort } from '../../src/nats-server/free-port.ts';
import { loopbackPool } from '../../src/up/stack.ts';
import { eventually } from './support/eventually.ts';
import { asJson, findClient, LoadBalancerCommands } from './support/openstack.ts';
import { Created } from './support/shapes.ts';
import { World } from './support/world.ts';

/*
 * OpenStack's own client, as Debian ships it, against a whole Holdfast. Its start takes a second or two, so
 * that what follows each other is told to one client where it can be, and `--wait` looks every three seconds; so
 * each test may take minutes on a busy machine.
 */
const testMs = 240_000;
/** What several load balancers at once need on such a machine until they are as they should be. */
const settleMs = 60_000;

/** Fewer than there are of some things here, so that the client has to turn pages. */
const pageSizeMax = 2;

/** What the client shows of a resource, of traffic, and in a list. */
const Identified = z.object({ id: z.string() });
const Counters = z.record(z.string(), z.unknown());
const Rows = z.array(z.object({ name: z.string() }));
const idOf = (shown: unknown): string => Identified.parse(shown).id;

const client = await findClient();
// The closing lines of a run name each test that was skipped; so they say why.
const suite = client.program === null ? `needs a program: ${client.why}` : 'openstack loadbalancer';

let world: World;
let backend: Backend;
let openstack: LoadBalancerCommands;

describe.skipIf(client.program === null)(suite, { timeout: testMs, concurrent: true }, () => {
  beforeAll(async () => {
    vi.stubEnv('HOLDFAST_CONTROLLER__API__PAGE_SIZE_MAX', String(pageSizeMax));
    world = await World.start({ agents: 1, restart: false });
    backend = await startBackend('a backend');
    openstack = await LoadBalancerCommands.open(client.program ?? '', world.stack.apiUrl);
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await openstack.close();
    backend.close();
    await world.close();
  });

  /** A load balancer whose listener, pool and member bear its name, made without the client. */
  async function made(name: string) {
    const port = await freePort();
    const member = { name: `${name}-member`, address: '127.0.0.1', protocol_port: backend.port };
    const default_pool = {
      name: `${name}-pool`,
      protocol: 'HTTP',
      lb_algorithm: 'ROUND_ROBIN',
      members: [member],
    };
    const listener = { name: `${name}-http`, protocol: 'HTTP', protocol_port: port, default_pool };
    const loadbalancer = { name, vip_subnet_id: loopbackPool.subnetId, listeners: [listener] };
    const body = await world.api.post('/v2.0/lbaas/loadbalancers', { loadbalancer });
    const { id, vip_address } = Created.parse(body).loadbalancer;
    await world.active(id, settleMs);
    return { id, address: vip_address, port };
  }

  async function operatingStatus(id: string): Promise<unknown> {
    const body = await world.api.get(`/v2.0/lbaas/loadbalancers/${id}`);
    return z.object({ loadbalancer: Counters }).parse(body).loadbalancer['operating_status'];
  }

  const served = (address: string, port: number) =>
    eventually(
      `${address}:${port} serves`,
      async () => {
        const response = await fetch(`http://${address}:${port}/`).catch(() => null);
        return response?.ok === true ? response.text() : null;
      },
      settleMs,
    );

  test('creates a load balancer in a subnet by its name, and edits and deletes it by its own', async () => {
    const subnet = ['--vip-subnet-id', loopbackPool.subnetName];

    const created = await openstack.show('create', '--name', 'shop', ...subnet, '--wait');
    const [changed, byTag, reset, left] = await openstack.session(
      ['set', '--description', 'books', '--tag', 'a', '--tag', 'b', 'shop'],
      asJson('show', 'shop'),
      ['unset', '--description', '--tag', 'a', '--wait', 'shop'],
      asJson('list', ...subnet, '--tags', 'b', '--not-tags', 'a'),
      asJson('show', String(created['id'])),
      ['delete', 'shop', '--wait'],
      asJson('list', '--name', 'shop'),
    );

    expect(created).toMatchObject({
      name: 'shop',
      vip_subnet_id: loopbackPool.subnetId,
      vip_network_id: loopbackPool.networkId,
      provisioning_status: 'ACTIVE',
      provider: 'haproxy',
    });
    expect(created['vip_address']).toMatch(/^127\.100\.0\.\d+$/);
    expect(changed).toMatchObject({
      id: created['id'],
      description: 'books',
      // The client sends tags in no order.
      tags: expect.stringMatching(/^(a\nb|b\na)$/) as string,
    });
    expect(byTag).toEqual([expect.objectContaining({ id: created['id'], name: 'shop' })]);
    expect(reset).toMatchObject({ description: '', tags: 'b', provisioning_status: 'ACTIVE' });
    expect(left).toEqual([]);
  });

  test('creates, edits and deletes what a load balancer consists of, and it serves', async () => {
    const { address, id } = await made('site');
    const port = await freePort();
    const check = ['--type', 'HTTP', '--delay', '1', '--timeout', '1', '--max-retries', '1'];
    const http = ['--protocol', 'HTTP'];

    const [listener, pool, member, monitor] = await openstack.session(
      asJson(
        ...['listener', 'create', '--name', 'front', ...http],
        ...['--protocol-port', String(port), '--wait', 'site'],
      ),
      asJson(
        ...['pool', 'create', '--name', 'servers', ...http, '--listener', 'front'],
        ...['--lb-algorithm', 'LEAST_CONNECTIONS', '--wait'],
      ),
      asJson(
        ...['member', 'create', '--name', 'one', '--address', '127.0.0.1'],
        ...['--protocol-port', String(backend.port), '--subnet-id', loopbackPool.subnetName],
        ...['--wait', 'servers'],
      ),
      asJson('healthmonitor', 'create', '--name', 'check', ...check, '--wait', 'servers'),
    );
    const answer = await served(address, port);

    const active = { provisioning_status: 'ACTIVE' };
    expect(listener).toMatchObject({ ...active, name: 'front', loadbalancers: id });
    expect(pool).toMatchObject({ ...active, name: 'servers', listeners: idOf(listener) });
    expect(member).toMatchObject({ ...active, name: 'one', subnet_id: loopbackPool.subnetId });
    expect(monitor).toMatchObject({ ...active, name: 'check', pools: idOf(pool) });
    expect(answer).toBe('a backend\n');

    // From the inside out, each by its name and waited for.
    const [bare] = await openstack.session(
      ['healthmonitor', 'delete', 'check', '--wait'],
      ['member', 'delete', 'servers', 'one', '--wait'],
      ['pool', 'delete', 'servers', '--wait'],
      ['listener', 'delete', 'front', '--wait'],
      asJson('show', 'site'),
    );
    expect(bare).not.toMatchObject({ listeners: expect.stringContaining(idOf(listener)) });
  });

  test('sets and unsets, by name, what listeners and pools have', async () => {
    await made('tuned');
    const columns = (...names: string[]) => names.flatMap((name) => ['-c', name]);

    const shown = columns('connection_limit', 'timeout_client_data', 'insert_headers');
    const [set, unset, pool, pools] = await openstack.session(
      [
        ...['listener', 'set', '--connection-limit', '100', '--timeout-client-data', '1000'],
        ...['--insert-headers', 'X-Forwarded-For=true', 'tuned-http'],
      ],
      asJson('listener', 'show', 'tuned-http', ...shown),
      [
        ...['listener', 'unset', '--connection-limit', '--timeout-client-data'],
        ...['--insert-headers', '--wait', 'tuned-http'],
      ],
      asJson('listener', 'show', 'tuned-http', ...shown),
      ['pool', 'set', '--lb-algorithm', 'SOURCE_IP', '--name', 'tuned-2', 'tuned-pool'],
      asJson('pool', 'show', 'tuned-2'),
      ['pool', 'unset', '--name', '--wait', 'tuned-2'],
      asJson('pool', 'list', '--loadbalancer', 'tuned'),
    );

    expect(set).toEqual({
      connection_limit: 100,
      timeout_client_data: 1000,
      insert_headers: 'X-Forwarded-For=true',
    });
    expect(unset).toEqual({
      connection_limit: -1,
      timeout_client_data: 50_000,
      insert_headers: null,
    });
    expect(pool).toMatchObject({ lb_algorithm: 'SOURCE_IP', name: 'tuned-2' });
    const unnamed = { id: idOf(pool), name: '', provisioning_status: 'ACTIVE' };
    expect(pools).toEqual([expect.objectContaining(unnamed)]);
  });

  test('sets and unsets, by name, what members and health monitors have', async () => {
    await made('watched');
    const member = ['watched-pool', 'watched-member'];
    const [, heavy, members, changed, reset] = await openstack.session(
      asJson(
        ...['healthmonitor', 'create', '--name', 'probe', '--type', 'HTTP', '--delay', '5'],
        ...['--timeout', '2', '--max-retries', '2', 'watched-pool'],
      ),
      ['member', 'set', '--weight', '7', '--monitor-port', '81', ...member],
      asJson('member', 'show', ...member),
      ['member', 'unset', '--weight', '--monitor-port', '--wait', ...member],
      asJson('member', 'list', 'watched-pool'),
      ['healthmonitor', 'set', '--url-path', '/up', '--delay', '9', 'probe'],
      asJson('healthmonitor', 'show', 'probe'),
      ['healthmonitor', 'unset', '--url-path', '--wait', 'probe'],
      asJson('healthmonitor', 'show', 'probe'),
    );

    expect(heavy).toMatchObject({ weight: 7, monitor_port: 81 });
    const light = { name: 'watched-member', weight: 1, address: '127.0.0.1' };
    expect(members).toEqual([expect.objectContaining(light)]);
    expect(changed).toMatchObject({ url_path: '/up', delay: 9 });
    expect(reset).toMatchObject({ url_path: '/', delay: 9, provisioning_status: 'ACTIVE' });
  });

  test('shows the tree of statuses, and deletes it as a whole when told to', async () => {
    const { id } = await made('tree');

    const tree: unknown = JSON.parse(await openstack.text('status', 'show', 'tree'));
    const refusal = await openstack.refusal('delete', 'tree');
    await openstack.text('delete', '--cascade', '--wait', 'tree');

    expect(tree).toMatchObject({
      loadbalancer: {
        id,
        provisioning_status: 'ACTIVE',
        listeners: [
          { name: 'tree-http', pools: [{ name: 'tree-pool', members: [{ name: 'tree-member' }] }] },
        ],
      },
    });
    expect(refusal).toBe(
      `Validation failure: Cannot delete Load Balancer ${id} - it has children (HTTP 400)`,
    );
    expect(await openstack.refusal('show', 'tree')).toBe('Unable to locate tree in loadbalancers');
  });

  test('shows how traffic fares: what was counted, and whose check fails', async () => {
    const { address, id, port } = await made('busy');
    const check = ['--type', 'TCP', '--delay', '1', '--timeout', '1', '--max-retries', '1'];
    const nobody = String(await freePort());
    await openstack.session(
      asJson(
        ...['healthmonitor', 'create', ...check, '--max-retries-down', '1', '--wait', 'busy-pool'],
      ),
      asJson(
        ...['member', 'create', '--name', 'gone', '--address', '127.0.0.1'],
        ...['--protocol-port', nobody, '--wait', 'busy-pool'],
      ),
    );
    await served(address, port);
    await eventually(
      'a check fails',
      async () => (await operatingStatus(id)) === 'DEGRADED',
      settleMs,
    );

    const [whole, listener, tree, listed] = await openstack.session(
      asJson('stats', 'show', 'busy'),
      asJson('listener', 'stats', 'show', 'busy-http'),
      ['status', 'show', 'busy'],
      asJson('list', '--name', 'busy', '-c', 'operating_status'),
    );

    const counted = Counters.parse(whole);
    expect(Object.keys(counted).toSorted()).toEqual([
      'active_connections',
      'bytes_in',
      'bytes_out',
      'request_errors',
      'total_connections',
    ]);
    expect(Number(counted['total_connections'])).toBeGreaterThanOrEqual(1);
    // The connection that was kept open may have been closed meanwhile.
    const rest = { active_connections: expect.any(Number) as number };
    expect(listener).toEqual({ ...counted, ...rest });
    expect(tree).toMatchObject({
      loadbalancer: {
        operating_status: 'DEGRADED',
        listeners: [
          {
            operating_status: 'ONLINE',
            pools: [
              {
                operating_status: 'DEGRADED',
                health_monitor: { operating_status: 'ONLINE' },
                members: [
                  { name: 'busy-member', operating_status: 'ONLINE' },
                  { name: 'gone', operating_status: 'ERROR' },
                ],
              },
            ],
          },
        ],
      },
    });
    expect(listed).toEqual([{ operating_status: 'DEGRADED' }]);
  });

  test('lists more than one page holds, with the filters on each', async () => {
    await Promise.all(['p1', 'p2', 'p3', 'p4', 'p5'].map(made));
    const names = (rows: unknown) => Rows.parse(rows).map(({ name }) => name);

    const lists = await openstack.session(
      ['set', '--disable', 'p2'],
      asJson('list', '--enable'),
      asJson('listener', 'list'),
    );
    const [enabled, listeners] = lists.map(names);
    const table = await openstack.text('list', '--name', 'p5');

    expect(enabled).toEqual(expect.arrayContaining(['p1', 'p3', 'p4', 'p5']));
    expect(enabled).not.toContain('p2');
    expect(listeners).toEqual(
      expect.arrayContaining(['p1-http', 'p2-http', 'p3-http', 'p4-http', 'p5-http']),
    );
    // As a person sees it.
    expect(table).toMatch(
      /^\| id +\| name \| project_id \| vip_address +\| provisioning_status \|/m,
    );
    expect(table).toMatch(
      /^\| [0-9a-f-]{36} \| p5 +\| default +\| 127\.100\.0\.\d+ +\| ACTIVE +\|/m,
    );
  });

  test('says in plain words what it can not do', async () => {
    const { port } = await made('taken');
    const listener = ['--protocol', 'HTTP', '--protocol-port', String(port), 'taken'];

    expect(await openstack.refusal('listener', 'create', ...listener)).toBe(
      'Another Listener on this Load Balancer is already using protocol HTTP and protocol_port ' +
        `${port} (HTTP 409)`,
    );
    expect(await openstack.refusal('create', '--vip-subnet-id', 'nowhere')).toBe(
      'Unable to locate nowhere in subnets',
    );
    const persistence = ['--session-persistence', 'type=HTTP_COOKIE'];
    expect(await openstack.refusal('pool', 'set', ...persistence, 'taken-pool')).toBe(
      "Provider 'haproxy' does not support a requested option: pool session_persistence " +
        'HTTP_COOKIE (HTTP 501)',
    );
  });
});
