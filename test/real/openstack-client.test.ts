import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Backend, startBackend } from '../../src/demo/backends.ts';
import { freePort } from '../../src/nats-server/free-port.ts';
import { loopbackPool } from '../../src/up/stack.ts';
import { eventually } from './support/eventually.ts';
import { findClient, LoadBalancerCommands } from './support/openstack.ts';
import { Created } from './support/shapes.ts';
import { World } from './support/world.ts';

/*
 * OpenStack's own client, as Debian ships it, against a whole Holdfast. One command takes a second or
 * two, and `--wait` looks every three seconds, so each test may take minutes on a busy machine.
 */
const testMs = 240_000;
/** What several load balancers at once need on such a machine until they are as they should be. */
const settleMs = 60_000;

/** Fewer than there are of some things here, so that the client has to turn pages. */
const pageSizeMax = 2;

const client = await findClient();
// The closing lines of a run name each test that was skipped; so they say why.
const suite = client.program === null ? `needs a program: ${client.why}` : 'openstack loadbalancer';

let world: World;
let backend: Backend;
let openstack: LoadBalancerCommands;

describe.skipIf(client.program === null)(suite, { timeout: testMs }, () => {
  beforeAll(async () => {
    process.env['HOLDFAST_CONTROLLER__API__PAGE_SIZE_MAX'] = String(pageSizeMax);
    world = await World.start({ agents: 1, restart: false });
    backend = await startBackend('a backend');
    openstack = await LoadBalancerCommands.open(client.program ?? '', world.stack.apiUrl);
  });

  afterAll(async () => {
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
    await openstack.text('set', '--description', 'books', '--tag', 'a', '--tag', 'b', 'shop');
    const changed = await openstack.show('show', 'shop');
    await openstack.text('unset', '--description', '--tag', 'a', '--wait', 'shop');
    const byTag = await openstack.list('list', ...subnet, '--tags', 'b', '--not-tags', 'a');
    const reset = await openstack.show('show', String(created['id']));
    await openstack.text('delete', 'shop', '--wait');

    expect(created).toMatchObject({
      name: 'shop',
      vip_subnet_id: loopbackPool.subnetId,
      vip_network_id: loopbackPool.networkId,
      provisioning_status: 'ACTIVE',
      provider: 'haproxy',
    });
    expect(created['vip_address']).toMatch(/^127\.100\.0\.\d+$/);
    expect(changed).toMatchObject({ id: created['id'], description: 'books' });
    // The client sends tags in no order.
    expect(changed['tags']).toMatch(/^(a\nb|b\na)$/);
    expect(byTag).toEqual([expect.objectContaining({ id: created['id'], name: 'shop' })]);
    expect(reset).toMatchObject({ description: '', tags: 'b', provisioning_status: 'ACTIVE' });
    expect(await openstack.list('list', '--name', 'shop')).toEqual([]);
  });

  test('creates, edits and deletes what a load balancer consists of, and it serves', async () => {
    const { address, id } = await made('site');
    const port = await freePort();
    const check = ['--type', 'HTTP', '--delay', '1', '--timeout', '1', '--max-retries', '1'];
    const http = ['--protocol', 'HTTP'];

    const listener = await openstack.show(
      ...['listener', 'create', '--name', 'front', ...http],
      ...['--protocol-port', String(port), '--wait', 'site'],
    );
    const pool = await openstack.show(
      ...['pool', 'create', '--name', 'servers', ...http, '--listener', 'front'],
      ...['--lb-algorithm', 'LEAST_CONNECTIONS', '--wait'],
    );
    const member = await openstack.show(
      ...['member', 'create', '--name', 'one', '--address', '127.0.0.1'],
      ...['--protocol-port', String(backend.port), '--subnet-id', loopbackPool.subnetName],
      ...['--wait', 'servers'],
    );
    const monitor = await openstack.show(
      ...['healthmonitor', 'create', '--name', 'check', ...check, '--wait', 'servers'],
    );
    const answer = await served(address, port);

    const active = { provisioning_status: 'ACTIVE' };
    expect(listener).toMatchObject({ ...active, name: 'front', loadbalancers: id });
    expect(pool).toMatchObject({ ...active, name: 'servers', listeners: listener['id'] });
    expect(member).toMatchObject({ ...active, name: 'one', subnet_id: loopbackPool.subnetId });
    expect(monitor).toMatchObject({ ...active, name: 'check', pools: pool['id'] });
    expect(answer).toBe('a backend\n');

    // From the inside out, each by its name and waited for.
    await openstack.text('healthmonitor', 'delete', 'check', '--wait');
    await openstack.text('member', 'delete', 'servers', 'one', '--wait');
    await openstack.text('pool', 'delete', 'servers', '--wait');
    await openstack.text('listener', 'delete', 'front', '--wait');
    expect(await openstack.show('show', 'site')).not.toMatchObject({
      listeners: expect.stringContaining(String(listener['id'])),
    });
  });

  test('sets and unsets, by name, what listeners and pools have', async () => {
    await made('tuned');
    const columns = (...names: string[]) => names.flatMap((name) => ['-c', name]);

    await openstack.text(
      ...['listener', 'set', '--connection-limit', '100', '--timeout-client-data', '1000'],
      ...['--insert-headers', 'X-Forwarded-For=true', 'tuned-http'],
    );
    const listenerColumns = columns('connection_limit', 'timeout_client_data', 'insert_headers');
    const set = await openstack.show('listener', 'show', 'tuned-http', ...listenerColumns);
    await openstack.text(
      ...['listener', 'unset', '--connection-limit', '--timeout-client-data', '--insert-headers'],
      ...['--wait', 'tuned-http'],
    );
    const unset = await openstack.show('listener', 'show', 'tuned-http', ...listenerColumns);
    const algorithm = ['--lb-algorithm', 'SOURCE_IP'];
    await openstack.text('pool', 'set', ...algorithm, '--name', 'tuned-2', 'tuned-pool');
    const pool = await openstack.show('pool', 'show', 'tuned-2');
    await openstack.text('pool', 'unset', '--name', '--wait', 'tuned-2');
    const [listed] = await openstack.list('pool', 'list', '--loadbalancer', 'tuned');

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
    expect(listed).toMatchObject({ id: pool['id'], name: '', provisioning_status: 'ACTIVE' });
  });

  test('sets and unsets, by name, what members and health monitors have', async () => {
    await made('watched');
    const member = ['watched-pool', 'watched-member'];
    await openstack.text(
      ...['healthmonitor', 'create', '--name', 'probe', '--type', 'HTTP', '--delay', '5'],
      ...['--timeout', '2', '--max-retries', '2', 'watched-pool'],
    );

    await openstack.text('member', 'set', '--weight', '7', '--monitor-port', '81', ...member);
    const heavy = await openstack.show('member', 'show', ...member);
    await openstack.text('member', 'unset', '--weight', '--monitor-port', '--wait', ...member);
    const [listed, ...others] = await openstack.list('member', 'list', 'watched-pool');
    await openstack.text('healthmonitor', 'set', '--url-path', '/up', '--delay', '9', 'probe');
    const changed = await openstack.show('healthmonitor', 'show', 'probe');
    await openstack.text('healthmonitor', 'unset', '--url-path', '--wait', 'probe');
    const reset = await openstack.show('healthmonitor', 'show', 'probe');

    expect(heavy).toMatchObject({ weight: 7, monitor_port: 81 });
    expect(listed).toMatchObject({ name: 'watched-member', weight: 1, address: '127.0.0.1' });
    expect(others).toEqual([]);
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
    const { address, port } = await made('busy');
    const check = ['--type', 'TCP', '--delay', '1', '--timeout', '1', '--max-retries', '1'];
    await openstack.text(
      ...['healthmonitor', 'create', ...check, '--max-retries-down', '1', '--wait', 'busy-pool'],
    );
    const nobody = String(await freePort());
    await openstack.text(
      ...['member', 'create', '--name', 'gone', '--address', '127.0.0.1'],
      ...['--protocol-port', nobody, '--wait', 'busy-pool'],
    );
    await served(address, port);

    const whole = await openstack.show('stats', 'show', 'busy');
    const listener = await openstack.show('listener', 'stats', 'show', 'busy-http');
    const tree = await eventually(
      'the client shows that a check fails',
      async () => {
        const text = await openstack.text('status', 'show', 'busy');
        return text.includes('"ERROR"') && (JSON.parse(text) as unknown);
      },
      settleMs,
    );
    const [listed] = await openstack.list('list', '--name', 'busy', '-c', 'operating_status');

    expect(Object.keys(whole).toSorted()).toEqual([
      'active_connections',
      'bytes_in',
      'bytes_out',
      'request_errors',
      'total_connections',
    ]);
    expect(Number(whole['total_connections'])).toBeGreaterThanOrEqual(1);
    // The connection that was kept open may have been closed meanwhile.
    const rest = { active_connections: expect.any(Number) as number };
    expect(listener).toEqual({ ...whole, ...rest });
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
    expect(listed).toEqual({ operating_status: 'DEGRADED' });
  });

  test('lists more than one page holds, with the filters on each', async () => {
    await Promise.all(['p1', 'p2', 'p3', 'p4', 'p5'].map(made));
    await openstack.text('set', '--disable', 'p2');
    const names = (rows: readonly Record<string, unknown>[]) => rows.map(({ name }) => name);

    const enabled = names(await openstack.list('list', '--enable'));
    const listeners = names(await openstack.list('listener', 'list'));
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
