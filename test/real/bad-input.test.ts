import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Traffic } from './support/traffic.ts';
import { type Made, World } from './support/world.ts';

const Fault = z.strictObject({
  faultcode: z.enum(['Client', 'Server']),
  faultstring: z.string().min(1),
  debuginfo: z.null(),
});

let world: World;
let made: Made;
let traffic: Traffic;
let untouched: Awaited<ReturnType<typeof state>>;

beforeAll(async () => {
  world = await World.start({ agents: 1, restart: false });
  made = await world.create('steady');
  await world.active(made.id);
  traffic = await world.client(made);
  untouched = await state();
});

afterAll(() => world.close());

/** All that no refused request may change: the record, the device, and what serves. */
async function state() {
  const { generation, binding } = await world.explain(made.id);
  const config = join(world.directory, 'host', 'haproxy', made.id, 'haproxy.cfg');
  return {
    generation,
    binding,
    loadBalancers: await world.api.get('/v2.0/lbaas/loadbalancers'),
    marker: await world.marker(made.id),
    config: await readFile(config, 'utf8'),
    processes: await world.processes(made.id),
  };
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends exactly this; fetch would mend some of it. */
function send({ method, path, headers = {}, body = '' }: Sent) {
  const { hostname, port } = new URL(world.stack.apiUrl);
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const outgoing = request(
      { hostname, port, method, path, agent: false, headers: { ...length, ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function refused(sent: Sent, status: number): Promise<string> {
  const before = await state();
  const answer = await send(sent);
  expect(answer.status, answer.text).toBe(status);
  const fault = Fault.parse(JSON.parse(answer.text));
  expect(fault.faultcode).toBe('Client');
  expect(await state()).toEqual(before);
  return fault.faultstring;
}

const json = { 'content-type': 'application/json' };
const post = (path: string, body: unknown): Sent => ({
  method: 'POST',
  path: `/v2.0/lbaas/${path}`,
  headers: json,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const put = (path: string, body: unknown): Sent => ({ ...post(path, body), method: 'PUT' });

describe('a body is refused', () => {
  test.each<[string, unknown, RegExp]>([
    ['that is no JSON', '{"loadbalancer": {', /not in valid JSON/],
    ['that is nothing', '', /no body/],
    ['that is a list', [], /./],
    ['without its root', { name: 'x' }, /./],
    ['with an unknown field', { loadbalancer: { nmae: 'x' } }, /Unknown attribute.*nmae/],
    ['with a number for a name', { loadbalancer: { name: 5 } }, /name.*'5'.*string/],
    ['with a list for a boolean', { loadbalancer: { admin_state_up: [] } }, /admin_state_up/],
    ['with a line break in a name', { loadbalancer: { name: 'x\nbackend evil' } }, /control char/],
    ['with an escape in a name', { loadbalancer: { name: 'x\u001b[2J' } }, /control char/],
    ['with a name without end', { loadbalancer: { name: 'x'.repeat(256) } }, /255/],
    ['with a prototype', '{"loadbalancer": {"__proto__": {"name": "x"}}}', /__proto__/],
    ['that changes what is fixed', { loadbalancer: { vip_address: '127.100.0.9' } }, /vip_address/],
  ])('%s', async (_, body, words) => {
    const path = `loadbalancers/${made.id}`;

    expect(await refused(put(path, body), 400)).toMatch(words);
  });

  test('that is larger than a record', async () => {
    const body = { loadbalancer: { description: 'x'.repeat(600 * 1024) } };

    expect(await refused(put(`loadbalancers/${made.id}`, body), 413)).toMatch(/larger than/);
  });

  test('of another type', async () => {
    const sent = put(`loadbalancers/${made.id}`, 'name=x');
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };

    expect(await refused({ ...sent, headers }, 415)).toMatch(/application\/json/);
  });
});

describe('nothing that is said of a device can leave its place in the configuration:', () => {
  const monitor = (of: object): Sent =>
    post('healthmonitors', {
      healthmonitor: {
        pool_id: made.pool,
        type: 'HTTP',
        delay: 5,
        timeout: 2,
        max_retries: 1,
        ...of,
      },
    });

  test.each<[string, object]>([
    ['a URL with a line break', { url_path: '/\r\nX-Evil: 1' }],
    ['a URL with a space and more', { url_path: '/ HTTP/1.1' }],
    ['a URL of elsewhere', { url_path: '//evil.example/' }],
    ['a URL with a quote', { url_path: '/"; bind *:1' }],
    ['a domain with a line break', { http_version: 1.1, domain_name: 'a\nserver x 1.2.3.4:1' }],
    ['a domain with a space', { http_version: 1.1, domain_name: 'a b' }],
    ['codes that are none', { expected_codes: '200\n  server x 1.2.3.4:1' }],
    ['a method that is none', { http_method: 'GET / HTTP/1.0\r\n' }],
  ])('%s', async (_, of) => {
    await refused(monitor(of), 400);
  });

  test.each<[string, object]>([
    ['a header that is none', { insert_headers: { 'X-Evil\r\nbind': 'true' } }],
    ['a header with a value of its own', { insert_headers: { 'X-Forwarded-For': 'a\nb' } }],
    ['a network that is none', { allowed_cidrs: ['0.0.0.0/0 } acl x'] }],
    ['a timeout that is text', { timeout_client_data: '5s\n  bind *:1' }],
  ])('%s', async (_, of) => {
    await refused(put(`listeners/${made.listener}`, { listener: of }), 400);
  });

  test.each([
    '127.0.0.1:80 check',
    '127.0.0.1\nserver x',
    'localhost',
    '0x7f.1',
    '169.254.169.254',
  ])('a member at %j', async (address) => {
    const member = { address, protocol_port: 80 };

    await refused(post(`pools/${made.pool}/members`, { member }), 400);
  });
});

describe('a request is refused', () => {
  test.each<[string, Record<string, string>]>([
    ['for another host', { host: 'evil.example' }],
    ['for a host that only begins well', { host: '127.0.0.1.evil.example' }],
    ['of a page from elsewhere', { origin: 'http://evil.example' }],
    ['of a page without an origin', { origin: 'null' }],
  ])('%s', async (_, headers) => {
    const sent = put(`loadbalancers/${made.id}`, { loadbalancer: { name: 'evil' } });

    await refused({ ...sent, headers: { ...json, ...headers } }, 403);
  });

  test.each<[string, string, number]>([
    ['GET', '/v2.0/lbaas/loadbalancers/../../../etc/passwd', 404],
    ['GET', '/v2.0/lbaas/loadbalancers/%2e%2e%2f%2e%2e%2fkeys', 404],
    ['GET', '/v2.0/lbaas/loadbalancers/%00', 404],
    ['GET', '/v2.0/lbaas/loadbalancers/%ff', 404],
    ['GET', '/v2.0/lbaas/loadbalancers/*', 404],
    ['GET', '/holdfast/v1/loadbalancers/hf.lb.%3E/explain', 404],
    ['DELETE', '/v2.0/lbaas/loadbalancers/%3E', 404],
    ['DELETE', '/v2.0/lbaas/loadbalancers', 405],
    ['GET', '/v2.0/lbaas/loadbalancers?nmae=x', 400],
    ['GET', '/holdfast/v1/events?since=yesterday', 400],
  ])('%s %s', async (method, path, status) => {
    await refused({ method, path }, status);
  });

  test('that deletes what still has children, unless it says so well', async () => {
    const path = `/v2.0/lbaas/loadbalancers/${made.id}`;

    await refused({ method: 'DELETE', path: `${path}?cascade=perhaps` }, 400);
    await refused({ method: 'DELETE', path: `${path}?cascade=false` }, 400);
  });
});

test('all the while, nobody who was served has noticed', async () => {
  await traffic.servedAgain();

  expect(traffic.failures).toEqual([]);
  expect(await state()).toEqual(untouched);
});
