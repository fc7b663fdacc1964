import { request as httpRequest } from 'node:http';
import { expect, test } from 'vitest';
import { unsupported } from '../../drivers/caddy/unsupported.ts';
import { healthMonitor, member } from '../fixtures/documents.ts';
import { vip } from './support/caddy-device.ts';
import { appliance, backend, targetOf, web } from './support/caddy-world.ts';
import { eventually } from './support/eventually.ts';
import { get, startLoad } from './support/traffic.ts';

const persistence = {
  cookie_name: null,
  persistence_timeout: null,
  persistence_granularity: null,
} as const;

/** Who answers so many requests, sorted. */
async function answers(port: number, count: number, from?: string): Promise<string[]> {
  const got: string[] = [];
  for (let index = 0; index < count; index += 1) {
    got.push((await get(vip, port, from === undefined ? {} : { from })).body);
  }
  return got.sort();
}

test('requests come to the members in turn', async () => {
  const driver = await (await appliance()).driver();
  const { document, port } = await web([await backend('one'), await backend('two')]);

  await driver.apply(targetOf(document));

  expect(await answers(port, 6)).toEqual(['one', 'one', 'one', 'two', 'two', 'two']);
});

test('members that are disabled or drained get nothing', async () => {
  const driver = await (await appliance()).driver();
  const servers = [await backend('one'), await backend('two'), await backend('three')];
  const { document, port } = await web(servers);
  const pool = document.pools[0]!;
  const [one, two, three] = pool.members;
  const members = [one!, { ...two!, admin_state_up: false }, { ...three!, weight: 0 }];

  await driver.apply(targetOf({ ...document, pools: [{ ...pool, members }] }));

  expect(await answers(port, 4)).toEqual(['one', 'one', 'one', 'one']);
});

test('a member that can not be connected to fails no request', async () => {
  const driver = await (await appliance()).driver();
  const { document, port } = await web([await backend('one')]);
  const pool = document.pools[0]!;
  const gone = member({ address: '127.0.0.1', protocol_port: 1 });

  await driver.apply(
    targetOf({ ...document, pools: [{ ...pool, members: [...pool.members, gone] }] }),
  );

  expect(await answers(port, 4)).toEqual(['one', 'one', 'one', 'one']);
});

test('a member that fails its checks gets nothing until it passes them again', async () => {
  const driver = await (await appliance()).driver();
  const [well, sick] = [await backend('well'), await backend('sick')];
  const { document, port } = await web([well, sick], {
    pool: {
      healthmonitor: healthMonitor({
        url_path: '/up?deep=1',
        expected_codes: '200-299',
        domain_name: 'www.example.org',
        http_version: 1.1,
      }),
    },
  });
  sick.answerWith(500);

  await driver.apply(targetOf(document));

  const whoAnswers = async () => new Set(await answers(port, 4));
  await eventually('the sick one is left out', async () => (await whoAnswers()).size === 1);
  expect(well.requests.find(({ url }) => url === '/up?deep=1')?.headers.host).toBe(
    'www.example.org',
  );
  sick.answerWith(200);
  await eventually('it takes part again', async () => (await whoAnswers()).size === 2);
});

test.each(['/', '//a/b', '///', '/a//b', '/a%20b%3Fc?d=%2F', '//a?b', '/?100%'])(
  'members are asked for %s as it is',
  async (url_path) => {
    const driver = await (await appliance()).driver();
    const one = await backend('one');
    const { document } = await web([one], { pool: { healthmonitor: healthMonitor({ url_path }) } });

    await driver.apply(targetOf(document));

    await eventually('it is checked', async () => one.requests.length > 0);
    expect(unsupported(document)).toEqual([]);
    expect(one.requests[0]?.url).toBe(url_path);
  },
);

test('a client comes back to the member that its cookie names', async () => {
  const driver = await (await appliance()).driver();
  const session_persistence = { ...persistence, type: 'HTTP_COOKIE' as const };
  const { document, port } = await web([await backend('one'), await backend('two')], {
    pool: { session_persistence },
  });
  await driver.apply(targetOf(document));

  const first = await ask(port, {});
  const cookie = first.cookie!.split(';')[0]!;
  expect(cookie).toMatch(/^SRV=/);
  for (let index = 0; index < 6; index += 1) {
    expect((await ask(port, { cookie })).body).toBe(first.body);
  }
});

test('a client comes back to its member by its address', async () => {
  const driver = await (await appliance()).driver();
  const { document, port } = await web([await backend('one'), await backend('two')], {
    pool: { lb_algorithm: 'SOURCE_IP' },
  });
  await driver.apply(targetOf(document));

  for (const from of ['127.0.0.21', '127.0.0.22', '127.0.0.23']) {
    expect(new Set(await answers(port, 5, from)).size).toBe(1);
  }
});

test('whoever is not allowed is hung up on', async () => {
  const driver = await (await appliance()).driver();
  const { document, port } = await web([await backend('one')], {
    listener: { allowed_cidrs: ['127.0.0.20/31'] },
  });
  await driver.apply(targetOf(document));

  expect(await answers(port, 1, '127.0.0.21')).toEqual(['one']);
  await expect(get(vip, port, { from: '127.0.0.22' })).rejects.toThrow(/hang up|ECONNRESET/);
});

test('members are told what the listener inserts, and nothing that a client made up', async () => {
  const driver = await (await appliance()).driver();
  const server = await backend('one');
  const { document, port } = await web([server], {
    listener: {
      insert_headers: {
        'X-Forwarded-For': 'true',
        'X-Forwarded-Port': 'true',
        'X-Forwarded-Proto': 'true',
      },
    },
  });
  const made = { 'x-forwarded-for': '9.9.9.9', 'x-forwarded-proto': 'https' };
  await driver.apply(targetOf(document));
  await ask(port, made);
  expect(server.requests.at(-1)?.headers).toMatchObject({
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-port': String(port),
    'x-forwarded-proto': 'http',
    host: `${vip}:${port}`,
  });

  const plain = document.listeners.map((each) => ({ ...each, insert_headers: {} }));
  await driver.apply(targetOf({ ...document, listeners: plain }, 1, 2));
  await ask(port, made);
  const headers = Object.keys(server.requests.at(-1)?.headers ?? {});
  expect(headers.filter((name) => name.startsWith('x-forwarded'))).toEqual([]);
});

test('takeovers and removals of others answer nothing wrong', async () => {
  const device = await appliance();
  const { document, port } = await web([await backend('one'), await backend('two')]);
  const other = await web([await backend('three')]);
  await (await device.driver('agent-0')).apply(targetOf(document));
  const load = startLoad(vip, port, 2);

  for (let epoch = 2; epoch <= 10; epoch += 1) {
    const driver = await device.driver(`agent-${epoch}`);
    await driver.apply(targetOf(document, epoch));
    if (epoch === 4) await driver.apply(targetOf(other.document));
    if (epoch === 8) await driver.remove(targetOf(other.document));
  }

  const served = load.served();
  await eventually('requests are served after the last of them', () => load.served() > served + 20);
  // Whatever is written, Caddy opens its listeners anew, and resets what waited at the old ones.
  const failures = Object.keys(await load.stop());
  expect(failures.filter((words) => !/ECONNRESET|socket hang up/.test(words))).toEqual([]);
});

test('what is removed is not served any more', async () => {
  const driver = await (await appliance()).driver();
  const { document, port } = await web([await backend('one')]);
  await driver.apply(targetOf(document));
  expect(await answers(port, 1)).toEqual(['one']);

  await driver.remove(targetOf(document));

  await eventually('nobody listens there', () =>
    get(vip, port).then(
      () => false,
      (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
    ),
  );
});

/** One request with these headers: who answered, and which cookie was set. */
function ask(
  port: number,
  headers: Record<string, string>,
): Promise<{ body: string; cookie: string | undefined }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: vip, port, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ body, cookie: response.headers['set-cookie']?.[0] }));
    });
    request.on('error', reject);
    request.end();
  });
}
