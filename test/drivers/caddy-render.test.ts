import { describe, expect, test } from 'vitest';
import { contentHash, renderContent } from '../../drivers/caddy/render/content.ts';
import type { HealthMonitor, Listener, Member, Pool } from '../../machines/model/document.ts';
import {
  healthMonitor,
  listener,
  loadBalancerDocument,
  member,
  pool,
} from '../fixtures/documents.ts';

type Json = Record<string, unknown>;

/** The server of a load balancer with one listener before one pool. */
function server(given: { listener?: Partial<Listener>; pool?: Partial<Pool>; vip?: string } = {}) {
  const members = [member({ address: '10.0.0.1' }), member({ address: '10.0.0.2' })];
  const behind = pool({ members, ...given.pool });
  const front = listener({ default_pool_id: behind.id, ...given.listener });
  const document = loadBalancerDocument({
    vip_address: given.vip ?? '192.0.2.1',
    listeners: [front],
    pools: [behind],
  });
  return renderContent(document).first;
}

/** What the last route does, to which requests that are allowed come. */
function handler(given: Parameters<typeof server>[0] = {}): Json {
  const routes = server(given)['routes'] as { handle: Json[] }[];
  return routes.at(-1)!.handle[0]!;
}

const proxied = (given: Partial<Pool>) => handler({ pool: given });
const fronted = (given: Partial<Listener>) => handler({ listener: given });
const policy = (given: Partial<Pool>) =>
  (proxied(given)['load_balancing'] as Json)['selection_policy'];
const checked = (given: Partial<HealthMonitor>, members: Partial<Member> = {}) =>
  proxied({
    members: [member(members), member(members)],
    healthmonitor: healthMonitor(given),
  })['health_checks'];

const persistence = {
  cookie_name: null,
  persistence_timeout: null,
  persistence_granularity: null,
} as const;

describe('a listener', () => {
  test('is a server of its own at the address of the load balancer, without any HTTPS', () => {
    expect(server()).toMatchObject({
      listen: ['192.0.2.1:80'],
      automatic_https: { disable: true },
      protocols: ['h1'],
    });
    expect(server({ vip: '2001:db8::1' })['listen']).toEqual(['[2001:db8::1]:80']);
  });

  test('gives clients its timeout', () => {
    expect(server({ listener: { timeout_client_data: 1_500 } })).toMatchObject({
      read_header_timeout: '1500ms',
      idle_timeout: '1500ms',
    });
  });

  test('gives members its timeouts', () => {
    const given = { timeout_member_connect: 700, timeout_member_data: 9_000 };
    expect(fronted(given)['transport']).toMatchObject({
      dial_timeout: '700ms',
      read_timeout: '9000ms',
      write_timeout: '9000ms',
    });
  });

  test('hangs up on whoever is not allowed', () => {
    const allowed_cidrs = ['10.0.0.0/8', '2001:db8::/32'];
    expect((server({ listener: { allowed_cidrs } })['routes'] as unknown[])[0]).toEqual({
      match: [{ not: [{ remote_ip: { ranges: allowed_cidrs } }] }],
      handle: [{ handler: 'static_response', abort: true }],
      terminal: true,
    });
    expect(server({ listener: { allowed_cidrs: [] } })['routes']).toHaveLength(1);
  });

  test('takes out what Caddy would tell members unasked', () => {
    expect(fronted({})['headers']).toEqual({
      request: { delete: ['X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Host'] },
    });
  });

  test('inserts the headers that are asked for', () => {
    const insert_headers = {
      'X-Forwarded-For': 'true',
      'X-Forwarded-Port': 'True',
      'X-Forwarded-Proto': 'true',
    };
    expect(fronted({ insert_headers, protocol_port: 8080 })['headers']).toEqual({
      request: { delete: ['X-Forwarded-Host'], set: { 'X-Forwarded-Port': ['8080'] } },
    });
  });
});

describe('503 is answered', () => {
  const unavailable = { handler: 'static_response', status_code: 503 };

  test.each([
    ['without a pool', fronted({ default_pool_id: null })],
    ['for a pool that is disabled', proxied({ admin_state_up: false })],
    ['for a pool without members', proxied({ members: [] })],
    ['for members that are disabled', proxied({ members: [member({ admin_state_up: false })] })],
    ['for members that are drained', proxied({ members: [member({ weight: 0 })] })],
  ])('%s', (_, rendered) => {
    expect(rendered).toEqual(unavailable);
  });
});

describe('a pool', () => {
  test('passes on to its members', () => {
    const members = [
      member({ address: '10.0.0.1', protocol_port: 81 }),
      member({ address: '2001:db8::2', protocol_port: 82 }),
      member({ address: '10.0.0.3', weight: 0 }),
      member({ address: '10.0.0.4', admin_state_up: false }),
    ];
    expect(proxied({ members })['upstreams']).toEqual([
      { dial: '10.0.0.1:81' },
      { dial: '[2001:db8::2]:82' },
    ]);
  });

  test.each([
    ['ROUND_ROBIN', 'round_robin'],
    ['LEAST_CONNECTIONS', 'least_conn'],
    ['SOURCE_IP', 'ip_hash'],
  ] as const)('spreads by %s', (lb_algorithm, named) => {
    expect(policy({ lb_algorithm })).toEqual({ policy: named });
  });

  test('keeps clients at a member by a cookie of its own', () => {
    const session_persistence = { ...persistence, type: 'HTTP_COOKIE' as const };
    expect(policy({ session_persistence })).toEqual({ policy: 'cookie', name: 'SRV' });
    const named = { ...session_persistence, cookie_name: 'where' };
    expect(policy({ session_persistence: named })).toEqual({ policy: 'cookie', name: 'where' });
  });

  test('keeps clients at a member by their address', () => {
    const session_persistence = { ...persistence, type: 'SOURCE_IP' as const };
    expect(policy({ session_persistence })).toEqual({ policy: 'ip_hash' });
  });
});

describe('a health monitor', () => {
  test('checks members over HTTP', () => {
    expect(checked({ delay: 7, timeout: 3, url_path: '/up?deep=1' })).toEqual({
      active: { uri: '/up?deep=1', interval: '7s', timeout: '3s', expect_status: 200 },
    });
  });

  test.each([
    [null, 200],
    ['204', 204],
    ['200-299', 2],
    ['300-399', 3],
  ])('takes %s for a good answer', (expected_codes, expect_status) => {
    expect(checked({ expected_codes })).toMatchObject({ active: { expect_status } });
  });

  test('asks for a host, at a port of its own', () => {
    const given = { domain_name: 'www.example.org', http_version: 1.1 };
    expect(checked(given, { monitor_port: 9000 })).toMatchObject({
      active: { headers: { Host: ['www.example.org'] }, port: 9000 },
    });
  });

  test('that is disabled checks nothing', () => {
    expect(checked({ admin_state_up: false })).toBeUndefined();
  });
});

describe('a load balancer', () => {
  const two = [listener({ protocol_port: 80 }), listener({ protocol_port: 81 })];

  test('with several listeners has a server for each', () => {
    const document = loadBalancerDocument({ vip_address: '192.0.2.1', listeners: two });
    const { first, parts, listens } = renderContent(document);
    expect(first['listen']).toEqual(['192.0.2.1:80']);
    expect(Object.entries(parts).map(([name, part]) => [name, part['listen']])).toEqual([
      [`${document.id}.${two[1]!.id}`, ['192.0.2.1:81']],
    ]);
    expect(listens).toEqual(['192.0.2.1:80', '192.0.2.1:81']);
  });

  test.each([
    ['that is disabled', loadBalancerDocument({ listeners: two, admin_state_up: false })],
    ['without listeners', loadBalancerDocument()],
    [
      'with a listener that is disabled',
      loadBalancerDocument({ listeners: [listener({ admin_state_up: false })] }),
    ],
  ])('%s listens nowhere', (_, document) => {
    const { first, parts, listens } = renderContent(document);
    expect([first, parts, listens]).toEqual([
      { automatic_https: { disable: true }, routes: [] },
      {},
      [],
    ]);
  });

  test('is known again whatever the order in which the device gives it back', () => {
    const { first, parts, hash } = renderContent(loadBalancerDocument({ listeners: two }));
    const reversed = Object.fromEntries(Object.entries(first).reverse());
    expect(contentHash(reversed, parts)).toBe(hash);
    expect(contentHash({ ...first, idle_timeout: '1s' }, parts)).not.toBe(hash);
    expect(contentHash(first, {})).not.toBe(hash);
  });

  test('shows members that are checked as what they are to us: of unknown health', () => {
    const behind = pool({
      members: [member(), member({ weight: 0 }), member({ admin_state_up: false })],
      healthmonitor: healthMonitor(),
    });
    const document = loadBalancerDocument({
      listeners: [listener({ default_pool_id: behind.id })],
      pools: [behind],
    });
    expect(Object.values(renderContent(document).operating.members)).toEqual([
      'NO_MONITOR',
      'DRAINING',
      'OFFLINE',
    ]);
  });
});
