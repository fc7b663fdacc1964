import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { requestBytesMax } from '../../src/api/body.ts';
import { nestingMax } from '../../src/api/json.ts';
import type { Log } from '../../machines/ports/log.ts';
import { fault, type Harness, harness, subnetId } from './harness.ts';

const collection = '/v2.0/lbaas/loadbalancers';

let api: Harness;
beforeEach(async () => {
  api = await harness();
});

const post = async (body: unknown, headers?: Record<string, string>) =>
  api.send('POST', collection, body, headers);
const loadBalancer = async (fields: object) =>
  fault(await post({ loadbalancer: { vip_subnet_id: subnetId, ...fields } }));

describe('one route has many spellings', () => {
  test.each([
    '/v2.0/lbaas/loadbalancers',
    '/v2.0/loadbalancers',
    '/v2/lbaas/loadbalancers',
    '/v2/loadbalancers',
    '/v2/lbaas/loadbalancers.json',
    '/v2/lbaas/loadbalancers/',
    '/v2.0/lbaas/loadbalancers.json?name=x',
  ])('%s', async (path) => {
    const { status, body } = await api.send('GET', path);
    expect([status, body]).toEqual([200, { loadbalancers: [], loadbalancers_links: [] }]);
  });

  test('and other paths are none', async () => {
    for (const path of [
      '/v2.00/lbaas/loadbalancers',
      '/v3/loadbalancers',
      '/v2.0/lbaas/lbaas/pools',
    ]) {
      expect(fault(await api.send('GET', path))).toMatch(/^404 There is nothing at \//);
    }
  });
});

describe('discovery', () => {
  test('names the versions, with links to the host that was asked', async () => {
    const { status, body } = await api.send('GET', '/');
    expect(status).toBe(200);
    expect(body.versions).toHaveLength(31);
    expect(body.versions[0]).toEqual({
      id: 'v2.0',
      status: 'SUPPORTED',
      updated: '2016-12-11T00:00:00Z',
      links: [{ href: 'http://127.0.0.1:9876/v2', rel: 'self' }],
    });
    expect(body.versions.at(-1)).toMatchObject({ id: 'v2.30', status: 'CURRENT' });
  });

  test('knows the roots', async () => {
    for (const path of ['/v2', '/v2.0', '/v2/lbaas', '/v2.0/lbaas', '/v2.0/']) {
      expect((await api.send('GET', path)).body).toBe('v2');
    }
  });

  test('names the providers, aliases too', async () => {
    const { body } = await api.send('GET', '/v2.0/lbaas/providers');
    expect(body.providers).toEqual([
      { name: 'memory', description: 'Keeps configuration in memory.' },
      { name: 'octavia', description: 'The same as memory. Keeps configuration in memory.' },
    ]);
  });
});

describe('a body', () => {
  test('that is no JSON is refused with the place where it ends to be', async () => {
    const refused = async (text: string) => fault(await post(text));
    const words = '400 Request is not in valid JSON format: unexpected';
    expect(await refused('{"loadbalancer": {,}}')).toBe(`${words} "," at line 1, column 19`);
    expect(await refused('{\n  "a": tru\n}')).toBe(`${words} "t" at line 2, column 8`);
    expect(await refused('{"a": 1')).toBe(`${words} the end at line 1, column 8`);
    expect(await refused('[1, ]')).toBe(`${words} "]" at line 1, column 5`);
    expect(await refused('{"a": 01}')).toBe(`${words} "0" at line 1, column 7`);
    expect(await refused('{"a" 1}')).toBe(`${words} "1" at line 1, column 6`);
    expect(await refused('{"a": "x\ny"}')).toBe(`${words} "\\"" at line 1, column 7`);
    expect(await refused('{} {}')).toBe(`${words} "{" at line 1, column 4`);
  });

  test('that is broken anywhere is refused with a place within it', async () => {
    const valid = JSON.stringify({
      a: [1, -2.5e3, 'x\\"\u007f', { b: null, c: [true, {}] }],
      d: {},
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(valid.length - 1), fc.string({ maxLength: 2 }), async (at, noise) => {
        const text = valid.slice(0, at) + noise + valid.slice(at + 1);
        const answer = await post(text);
        const parses = (() => {
          try {
            JSON.parse(text);
            return true;
          } catch {
            return false;
          }
        })();
        expect(fault(answer)).toMatch(
          parses ? /^400 / : /^400 Request is not in valid JSON format: unexpected .* column \d+$/,
        );
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  test('may be missing its type, but not have another one', async () => {
    const body = { loadbalancer: { vip_subnet_id: subnetId } };
    expect((await post(body, { 'Content-Type': '' })).status).toBe(201);
    expect((await post(body, { 'Content-Type': 'application/json; charset=utf-8' })).status).toBe(
      201,
    );
    expect(fault(await post(body, { 'Content-Type': 'text/plain' }))).toBe(
      '415 Unknown mimetype: text/plain. Send application/json.',
    );
  });

  test('must be there, and be an object under the right key', async () => {
    expect(fault(await post(''))).toMatch(/^400 Request has no body/);
    expect(fault(await post({}))).toBe(
      "400 Invalid input for field/attribute loadbalancer. Value: 'None'. Mandatory field missing.",
    );
    expect(fault(await post([]))).toMatch(/^400 Invalid input for field\/attribute body/);
    expect(fault(await post('null'))).toMatch(/^400/);
    expect(fault(await post({ loadbalancer: 'x' }))).toMatch(
      /^400 Invalid input for field\/attribute loadbalancer\. Value: 'x'\./,
    );
    expect(fault(await post({ loadbalancer: { vip_subnet_id: subnetId }, x: 1 }))).toBe(
      '400 Unknown attribute for argument body: x',
    );
  });

  test('is read up to its limit, and refused above it', async () => {
    const body = { loadbalancer: { vip_subnet_id: subnetId } };
    const text = JSON.stringify(body);
    expect((await post(text + ' '.repeat(requestBytesMax - text.length))).status).toBe(201);
    expect(fault(await post(text + ' '.repeat(requestBytesMax - text.length + 1)))).toBe(
      '413 Request is larger than 524288 bytes.',
    );
  });

  test('that is not UTF-8 is refused', async () => {
    const response = await api.app.request(`http://127.0.0.1${collection}`, {
      method: 'POST',
      body: new Uint8Array([0x22, 0xff, 0x22]),
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('not UTF-8');
  });

  test('is nested as deep as attributes are, and not deeper', async () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(fault(await post(nested(nestingMax)))).toMatch(/^400 Invalid input/);
    expect(fault(await post(nested(nestingMax + 1)))).toMatch(/^400 Request is nested deeper/);
    expect(fault(await post(nested(200_000)))).toMatch(/^400 Request is nested deeper/);
    expect(fault(await post(`"${'\\"['.repeat(100_000)}`))).toMatch(/^400 .*not in valid JSON/);
  });

  test('can not reach into prototypes', async () => {
    const text = (inner: string) => `{"loadbalancer":{"vip_subnet_id":"${subnetId}",${inner}}}`;
    for (const key of ['__proto__', 'constructor', 'prototype', 'toString']) {
      expect(fault(await post(text(`"${key}":{"polluted":true}`)))).toBe(
        `400 Unknown attribute for argument loadbalancer: ${key}`,
      );
    }
    const headers =
      '"listeners":[{"protocol":"HTTP","protocol_port":80,"insert_headers":{"__proto__":"true"}}]';
    const answer = await post(text(headers));
    expect(answer.status).toBe(201);
    expect(answer.body.loadbalancer.listeners[0].insert_headers).toEqual({});
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('an attribute', () => {
  test('that is unknown is named, with where it stands', async () => {
    expect(await loadBalancer({ colour: 'red' })).toBe(
      '400 Unknown attribute for argument loadbalancer: colour',
    );
    expect(await loadBalancer({ colour: 'red', size: 1 })).toBe(
      '400 Unknown attributes for argument loadbalancer: colour, size',
    );
    const listeners = [{ protocol: 'HTTP', protocol_port: 80, default_pool: { colour: 1 } }];
    expect(await loadBalancer({ listeners })).toBe(
      '400 Unknown attribute for argument loadbalancer.listeners.default_pool: colour',
    );
  });

  test('of a wrong type or size is named, with its value and the reason', async () => {
    const words = (attribute: string, value: string, reason: string) =>
      `400 Invalid input for field/attribute ${attribute}. Value: '${value}'. ${reason}`;
    expect(await loadBalancer({ name: 5 })).toBe(words('name', '5', 'Value should be string'));
    expect(await loadBalancer({ admin_state_up: 'maybe' })).toBe(
      words('admin_state_up', 'maybe', 'Value not an unambiguous boolean'),
    );
    expect(await loadBalancer({ admin_state_up: {} })).toMatch(/unambiguous boolean/);
    expect(await loadBalancer({ vip_subnet_id: 'x' })).toBe(
      words('vip_subnet_id', 'x', 'Value should be UUID format'),
    );
    expect(await loadBalancer({ vip_address: '127.1' })).toBe(
      words('vip_address', '127.1', 'Value should be IPv4 or IPv6 format'),
    );
    expect(await loadBalancer({ vip_address: 'fe80::1%eth0' })).toMatch(/IPv4 or IPv6 format/);
    expect(await loadBalancer({ tags: 'a' })).toBe(words('tags', 'a', 'Value should be a list'));
    expect(await loadBalancer({ tags: [['a']] })).toMatch(/tags\. Value: '\["a"\]'/);
    const pools = (fields: object) => loadBalancer({ pools: [{ name: 'p', ...fields }] });
    expect(await pools({ protocol: 'FTP' })).toMatch(/Value should be one of: TCP, HTTP/);
    const member = { address: '198.51.100.7', protocol_port: 80 };
    const members = (fields: object) => pools({ members: [{ ...member, ...fields }] });
    expect(await members({ protocol_port: 0 })).toBe(
      words('protocol_port', '0', 'Value should be greater or equal to 1'),
    );
    expect(await members({ protocol_port: 65_536 })).toBe(
      words('protocol_port', '65536', 'Value should be lower or equal to 65535'),
    );
    expect(await members({ weight: 1.5 })).toMatch(/Value should be integer/);
    expect(await members({ weight: 257 })).toMatch(/lower or equal to 256/);
    expect(await members({ address: null })).toBe(
      words('address', 'None', 'Mandatory field missing.'),
    );
  });

  test('has as many characters as it may have, and not one more', async () => {
    expect((await api.loadBalancer({ name: 'n'.repeat(255) })).name).toHaveLength(255);
    const answer = await loadBalancer({ name: 'n'.repeat(256) });
    expect(answer).toMatch(/Value should have a maximum character requirement of 255$/);
    expect(answer).toContain(`'${'n'.repeat(200)}…'`);
    expect(await loadBalancer({ project_id: 'p'.repeat(37) })).toMatch(/requirement of 36$/);
    const tags = Array.from({ length: 65 }, (_, index) => `t${index}`);
    expect((await api.loadBalancer({ tags: tags.slice(0, 64) })).tags).toHaveLength(64);
    expect(await loadBalancer({ tags })).toMatch(/at most 64 items/);
  });

  test('holds no control characters, which could end a line of configuration', async () => {
    for (const evil of ['a\nb', 'a\u0000b', 'a\rb', 'a\u007f', '\u001b[31m', 'a\u0085b']) {
      expect(await loadBalancer({ name: evil })).toMatch(/should not contain control characters$/);
      expect(await loadBalancer({ description: evil })).toMatch(/control characters$/);
      expect(await loadBalancer({ tags: [evil] })).toMatch(/control characters$/);
      const listeners = [
        { protocol: 'HTTP', protocol_port: 80, insert_headers: { 'X-Real-IP': evil } },
      ];
      expect(await loadBalancer({ listeners })).toMatch(/control characters$/);
    }
    expect((await api.loadBalancer({ name: 'Grüße 🐙 "\' <b>' })).name).toBe('Grüße 🐙 "\' <b>');
  });

  test('of a health check can not leave its line', async () => {
    const check = { type: 'HTTP', delay: 5, timeout: 3, max_retries: 2 };
    const pool = { name: 'p', protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN' };
    const monitored = (fields: object) =>
      loadBalancer({ pools: [{ ...pool, healthmonitor: { ...check, ...fields } }] });
    for (const url_path of ['x', '/a b', '/a\nb', '//evil/x', '/a#b', 'http://e/', '/a"b']) {
      expect(await monitored({ url_path })).toMatch(/^400 Invalid input .* url_path\./);
    }
    for (const expected_codes of ['200,\n201', '20', '200-', '200 201', 'all']) {
      expect(await monitored({ expected_codes })).toMatch(/^400 Invalid input .* expected_codes\./);
    }
    for (const domain_name of ['a b', '-a.example', 'a\nb', '']) {
      expect(await monitored({ domain_name, http_version: 1.1 })).toMatch(/domain_name\./);
    }
    expect(await monitored({ http_version: 2 })).toMatch(/Value should be one of: 1\.0, 1\.1$/);
    expect(await monitored({ max_retries: 0 })).toMatch(/greater or equal to 1$/);
    expect(await monitored({ max_retries: 11 })).toMatch(/lower or equal to 10$/);
  });

  test('is never the reason for a crash, whatever it is', async () => {
    const names = ['name', 'vip_address', 'tags', 'listeners', 'pools', 'admin_state_up', 'x'];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.jsonValue(), async (name, value) => {
        const { status } = await post({ loadbalancer: { vip_subnet_id: subnetId, [name]: value } });
        expect([201, 400, 409]).toContain(status);
      }),
      { numRuns: 300, seed: 11 },
    );
  });
});

describe('an answer', () => {
  test('is JSON, and clients that read none are told', async () => {
    for (const Accept of ['', '*/*', 'application/json', 'text/html, application/json;q=0.9']) {
      expect((await api.send('GET', collection, undefined, { Accept })).status).toBe(200);
    }
    const answer = await api.send('GET', collection, undefined, { Accept: 'text/html' });
    expect(fault(answer)).toBe(
      "406 Only content type application/json is accepted, not 'text/html'.",
    );
  });

  test('to a method that a path has not names those that it has', async () => {
    const answer = await api.send('PATCH', collection);
    expect(fault(answer)).toBe('405 PATCH is not allowed here; GET, POST is.');
    expect(answer.headers.get('Allow')).toBe('GET, POST');
  });

  test('always carries the request id that the service and the log have', async () => {
    const lines: object[] = [];
    const log = (fields: object): Log => ({
      debug: () => undefined,
      info: (more) => lines.push({ ...fields, ...more }),
      warn: () => undefined,
      error: () => undefined,
      child: (more) => log({ ...fields, ...more }),
    });
    api = await harness({ log: log({}) });
    const answer = await post({ loadbalancer: { vip_subnet_id: subnetId } });
    const requestId = answer.headers.get('x-openstack-request-id');
    expect(requestId).toMatch(/^req-[0-9a-f-]{36}$/);
    expect(api.loadBalancers.requestIds).toEqual([requestId]);
    expect(lines).toEqual([expect.objectContaining({ requestId, method: 'POST', status: 201 })]);
  });

  test('to an unexpected error tells nothing of it, and the log all', async () => {
    const errors: object[] = [];
    const log: Log = {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (fields) => errors.push(fields),
      child: () => log,
    };
    api = await harness({ log });
    const bug = new Error('secret detail');
    api.loadBalancers.failure = bug;
    const answer = await post({ loadbalancer: { vip_subnet_id: subnetId } });
    expect(fault(answer)).toMatch(/^500 Internal error\. The log says more under req-/);
    expect(JSON.stringify(answer.body)).not.toContain('secret');
    expect(errors).toEqual([expect.objectContaining({ err: bug })]);
  });
});

describe('on loopback', () => {
  const get = async (headers: Record<string, string>) =>
    api.send('GET', collection, undefined, headers);

  test('only names of this machine are served, so that no page can rebind its own', async () => {
    for (const Host of [
      '127.0.0.1:9876',
      'localhost',
      'localhost:9876',
      '[::1]:9876',
      '127.8.8.8',
    ]) {
      expect((await get({ Host })).status).toBe(200);
    }
    for (const Host of [
      'evil.example',
      'evil.example:9876',
      '127.0.0.1.evil.example',
      'localhost.evil',
      'a b',
    ]) {
      expect(fault(await get({ Host }))).toMatch(/^403 Host '/);
    }
  });

  test('no page from elsewhere may ask', async () => {
    expect((await get({ Origin: 'http://localhost:3000' })).status).toBe(200);
    for (const Origin of ['https://evil.example', 'null', 'http://127.0.0.1.evil.example']) {
      expect(fault(await get({ Origin }))).toMatch(/^403 Requests from pages of/);
    }
  });

  test('further names can be allowed', async () => {
    api = await harness({ config: { allowedHosts: ['LB.internal'] } });
    expect((await get({ Host: 'lb.internal:80' })).status).toBe(200);
    expect((await get({ Origin: 'https://lb.internal' })).status).toBe(200);
  });

  test('is a guard of loopback only', async () => {
    api = await harness({ config: { host: '192.0.2.1' } });
    expect((await get({ Host: 'lb.example', Origin: 'https://other.example' })).status).toBe(200);
  });
});
