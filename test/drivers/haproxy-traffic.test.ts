import { writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { describe, expect, test } from 'vitest';
import { listener, loadBalancerDocument, pool } from '../fixtures/documents.ts';
import { vip } from './support/haproxy-host.ts';
import { get } from './support/traffic.ts';
import { targetOf, web, world } from './support/world.ts';

/** The bodies of so many answers, each over a new connection. */
async function bodies(port: number, count: number, from?: string): Promise<string[]> {
  const answers: string[] = [];
  for (let index = 0; index < count; index += 1) {
    answers.push((await get(vip, port, from === undefined ? {} : { from })).body);
  }
  return answers;
}

describe('traffic through HAProxy', () => {
  test.each(['HTTP', 'TCP', 'HTTPS'] as const)(
    'a %s listener spreads connections over its members',
    async (protocol) => {
      const { host, backend, freePort } = await world();
      const backends = [await backend('one'), await backend('two')];
      const port = await freePort();
      const { document } = web(port, backends, { listener: { protocol }, pool: { protocol } });

      await (await host.driver()).apply(targetOf(document));

      expect((await bodies(port, 4)).toSorted()).toEqual(['one', 'one', 'two', 'two']);
    },
  );

  test('LEAST_CONNECTIONS reaches every member, SOURCE_IP keeps a client with one', async () => {
    const { host, backend, freePort } = await world();
    const backends = [await backend('one'), await backend('two')];
    const [least, sticky] = [await freePort(), await freePort()];
    const driver = await host.driver();

    await driver.apply(
      targetOf(web(least, backends, { pool: { lb_algorithm: 'LEAST_CONNECTIONS' } }).document),
    );
    await driver.apply(
      targetOf(web(sticky, backends, { pool: { lb_algorithm: 'SOURCE_IP' } }).document),
    );

    expect(new Set(await bodies(least, 6))).toEqual(new Set(['one', 'two']));
    expect(new Set(await bodies(sticky, 6)).size).toBe(1);
  });

  test('disabled and drained members get nothing, backup members only in need', async () => {
    const { host, backend, freePort } = await world();
    const names = ['disabled', 'drained', 'backup', 'plain'];
    const backends = await Promise.all(names.map(backend));
    const port = await freePort();
    const { document, members } = web(port, backends);
    const [disabled, drained, backup, plain] = members;
    Object.assign(disabled!, { admin_state_up: false });
    Object.assign(drained!, { weight: 0 });
    Object.assign(backup!, { backup: true });
    const driver = await host.driver();

    await driver.apply(targetOf(document, 1, 1));
    expect(new Set(await bodies(port, 4))).toEqual(new Set(['plain']));

    Object.assign(plain!, { admin_state_up: false });
    await driver.apply(targetOf(document, 1, 2));
    expect(new Set(await bodies(port, 4))).toEqual(new Set(['backup']));
  });

  test('weights share out the connections', async () => {
    const { host, backend, freePort } = await world();
    const port = await freePort();
    const { document, members } = web(port, [await backend('heavy'), await backend('light')]);
    Object.assign(members[0]!, { weight: 3 });

    await (await host.driver()).apply(targetOf(document));

    const heavy = (await bodies(port, 8)).filter((body) => body === 'heavy');
    expect(heavy).toHaveLength(6);
  });

  test('a listener inserts the headers that it is told to', async () => {
    const { host, backend, freePort } = await world();
    const server = await backend('one');
    const port = await freePort();
    const insert_headers = {
      'X-Forwarded-For': 'true',
      'X-Forwarded-Port': 'True',
      'X-Forwarded-Proto': 'false',
    };
    const { document } = web(port, [server], { listener: { insert_headers } });

    await (await host.driver()).apply(targetOf(document));
    await get(vip, port);

    const headers = server.requests.at(-1)?.headers;
    expect(headers?.['x-forwarded-for']).toMatch(/^127\./);
    expect(headers?.['x-forwarded-port']).toBe(String(port));
    expect(headers?.['x-forwarded-proto']).toBeUndefined();
  });

  test('only the allowed networks come in, however many there are', async () => {
    const { host, backend, freePort } = await world();
    const port = await freePort();
    const others = Array.from({ length: 200 }, (_, index) => `10.0.${index}.0/24`);
    const allowed_cidrs = [...others, '127.0.0.77/32', 'fd00::/8'];
    const { document } = web(port, [await backend('one')], { listener: { allowed_cidrs } });

    await (await host.driver()).apply(targetOf(document));

    expect(await get(vip, port, { from: '127.0.0.77' })).toMatchObject({ status: 200 });
    await expect(get(vip, port, { from: '127.0.0.78' })).rejects.toThrow();
  });

  test('without a pool HTTP is answered with 503, and TCP is closed', async () => {
    const { host, freePort } = await world();
    const [http, tcp] = [await freePort(), await freePort()];
    const off = pool({ admin_state_up: false });
    const document = loadBalancerDocument({
      vip_address: vip,
      listeners: [
        listener({ protocol_port: http, default_pool_id: off.id }),
        listener({ protocol_port: tcp, protocol: 'TCP' }),
      ],
      pools: [off],
    });

    await (await host.driver()).apply(targetOf(document));

    expect(await get(vip, http)).toMatchObject({ status: 503 });
    await expect(
      new Promise((resolve) => {
        const socket = createConnection(tcp, vip);
        socket.on('error', () => undefined);
        socket.once('close', () => resolve('closed'));
        socket.resume();
      }),
    ).resolves.toBe('closed');
  });

  test('an IPv6 address serves too', async () => {
    const { host, backend, freePort } = await world();
    const port = await freePort();
    const { document } = web(port, [await backend('one')]);

    await (await host.driver()).apply(targetOf({ ...document, vip_address: '::1' }));

    expect(await get('::1', port)).toMatchObject({ body: 'one' });
  });

  test('what is disabled is not bound, and a load balancer may bind nothing at all', async () => {
    const { host, backend, freePort } = await world();
    const [on, off] = [await freePort(), await freePort()];
    const { document } = web(on, [await backend('one')]);
    document.listeners.push(listener({ protocol_port: off, admin_state_up: false }));
    const driver = await host.driver();

    await driver.apply(targetOf(document, 1, 1));
    expect(await get(vip, on)).toMatchObject({ status: 200 });
    await expect(get(vip, off)).rejects.toThrow(/ECONNREFUSED/);

    await driver.apply(targetOf({ ...document, admin_state_up: false }, 1, 2));
    await expect(get(vip, on)).rejects.toThrow(/ECONNREFUSED/);
    expect(host.site(document.id).running()).toBeNull();
    expect(await driver.observe(document.id)).toMatchObject({
      marker: { generation: 2 },
      running: true,
      operating: { loadBalancer: 'OFFLINE' },
    });

    await driver.apply(targetOf(document, 1, 3));
    expect(await get(vip, on)).toMatchObject({ status: 200 });

    const bare = await driver.apply(targetOf({ ...document, listeners: [] }, 1, 4));
    expect(bare.operating.loadBalancer).toBe('ONLINE');
    await expect(get(vip, on)).rejects.toThrow(/ECONNREFUSED/);
  });

  test('a removed load balancer serves nothing and leaves only its tombstone', async () => {
    const { host, backend, freePort } = await world();
    const port = await freePort();
    const { document } = web(port, [await backend('one')]);
    const driver = await host.driver();
    await driver.apply(targetOf(document));

    await driver.remove(targetOf(document));

    await expect(get(vip, port)).rejects.toThrow(/ECONNREFUSED/);
    expect(host.site(document.id).allProcesses()).toEqual([]);
    expect(await driver.observe(document.id)).toMatchObject({ marker: { removed: true } });
  });
});

describe('what can not be served', () => {
  test('a program that is not there is told to be, and nothing else is changed', async () => {
    const { host, freePort } = await world();
    const { document } = web(await freePort(), []);
    const driver = await host.driver('agent', { binary: '/nonexistent/haproxy' });

    await expect(driver.apply(targetOf(document))).rejects.toMatchObject({
      kind: 'retryable',
      message: expect.stringContaining('HOLDFAST_HAPROXY') as string,
    });
    expect(await driver.probe()).toMatchObject({ reachable: false });
  });

  test("a stranger's port is refused in HAProxy's words, and the stranger lives on", async () => {
    const { host, backend } = await world();
    const stranger = await backend('stranger');
    const { document } = web(stranger.port, []);
    const driver = await host.driver();

    await expect(
      driver.apply(targetOf({ ...document, vip_address: '127.0.0.1' })),
    ).rejects.toMatchObject({
      kind: 'permanent',
      message: expect.stringContaining('Address already in use') as string,
    });
    expect(await get('127.0.0.1', stranger.port)).toMatchObject({ body: 'stranger' });
  });

  test('an address that is not of this host is refused', async () => {
    const { host, freePort } = await world();
    const { document } = web(await freePort(), []);
    const driver = await host.driver();

    await expect(driver.apply(targetOf({ ...document, vip_address: '192.0.2.1' }))).rejects.toThrow(
      /Cannot assign requested address/,
    );
  });

  test('a damaged marker keeps everybody out until it is mended', async () => {
    const { host, freePort } = await world();
    const { document } = web(await freePort(), []);
    const driver = await host.driver();
    await driver.apply(targetOf(document));
    await writeFile(host.site(document.id).markerPath, '{"epoch":');

    await expect(driver.apply(targetOf(document, 9))).rejects.toThrow(/marker\.json is damaged/);
  });
});
