import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readCredentials } from '../../drivers/caddy/credentials.ts';
import { caddyModule } from '../../drivers/caddy/module.ts';
import type { Driver } from '../../drivers/contract/driver.ts';
import type { DriverError } from '../../drivers/contract/errors.ts';
import { MemorySecrets } from '../../src/adapters/memory-secrets.ts';
import { type AuthProxy, authProxy, caFile } from './support/auth-proxy.ts';
import { appliance, plainDocument, targetOf } from './support/caddy-world.ts';
import { driverContext } from './support/context.ts';

const secret = 'file:/etc/holdfast/token';
const bearer = { scheme: 'Bearer', secret };
const admin = ({ port }: AuthProxy, how = 'https') => `${how}://127.0.0.1:${port}`;

/** A driver that finds this text at the reference. */
function driver(options: object, secrets: MemorySecrets = new MemorySecrets()): Promise<Driver> {
  return caddyModule.create(driverContext('agent-1', options, undefined, secrets));
}

function holding(text: string): MemorySecrets {
  const secrets = new MemorySecrets();
  secrets.put(secret, text);
  return secrets;
}

const failure = (work: Promise<unknown>): Promise<DriverError> =>
  work.then(
    () => expect.unreachable('it succeeded'),
    (error: DriverError) => error,
  );

describe('a Caddy behind a proxy that asks who calls', () => {
  test('is configured with a token over https, and the token may change', async () => {
    const { servers, port } = await appliance();
    const proxy = await authProxy(port, 'https');
    proxy.accept('Bearer first');
    const secrets = holding('first\n');
    const options = { admin: admin(proxy), ca: caFile, authorization: bearer };
    const ours = await driver(options, secrets);
    const document = await plainDocument();

    await ours.apply(targetOf(document, 1, 1));
    proxy.accept('Bearer second');
    const late = await failure(ours.apply(targetOf(document, 2, 1)));
    secrets.put(secret, 'second');
    await ours.apply(targetOf(document, 2, 1));

    expect(Object.keys(await servers())).toEqual([document.id]);
    expect(await ours.observe(document.id)).toMatchObject({ marker: { epoch: 2 } });
    expect(late).toMatchObject({ kind: 'retryable', reach: 'out of reach' });
    expect(new Set(proxy.seen)).toEqual(new Set(['Bearer first', 'Bearer second']));
    await ours.close();
  });

  test('is configured with a user and a password, without https on loopback', async () => {
    const { port } = await appliance();
    const proxy = await authProxy(port, 'http');
    proxy.accept(`Basic ${Buffer.from('holdfast:pass:wörd').toString('base64')}`);
    const options = { admin: admin(proxy, 'http'), authorization: { scheme: 'Basic', secret } };
    const ours = await driver(options, holding('holdfast:pass:wörd'));

    expect(await ours.probe()).toMatchObject({ reachable: true });
    await ours.apply(targetOf(await plainDocument()));
    await ours.close();
  });

  test('is out of reach for whom it does not know, and nothing of the secret is told', async () => {
    const { port } = await appliance();
    const proxy = await authProxy(port, 'https');
    const at = { admin: admin(proxy), ca: caFile };
    const unknown = await driver({ ...at, authorization: bearer }, holding('s3cret'));
    const user = { scheme: 'Basic', secret };
    const named = await driver({ ...at, authorization: user }, holding('me:s3cret'));
    const nobody = await driver({ ...at, remote: true });
    const known = await driver({ ...at, authorization: bearer }, holding('s3cret-too'));

    const refused = await failure(unknown.apply(targetOf(await plainDocument())));
    const said = [await unknown.probe(), await named.probe(), await nobody.probe()];
    proxy.accept('Bearer s3cret-too');
    proxy.forbid();
    said.push(await known.probe());

    expect(refused).toMatchObject({ kind: 'retryable', reach: 'out of reach' });
    const words = said.map((each) => (each.reachable ? 'reachable' : each.reason));
    expect(words).toEqual([
      `the Caddy at ${admin(proxy)} answered 401: the credentials in ${secret} are not accepted: not by Bearer (a secret)`,
      `the Caddy at ${admin(proxy)} answered 401: the credentials in ${secret} are not accepted: not by Basic (a secret)`,
      `the Caddy at ${admin(proxy)} answered 401: it asks for credentials, and no "authorization" is set: not by undefined`,
      `the Caddy at ${admin(proxy)} answered 403: the credentials in ${secret} are not enough for this: not by Bearer (a secret)`,
    ]);
    expect(refused.message).not.toContain('s3cret');
    for (const each of [unknown, named, nobody, known]) await each.close();
  });

  test('is not asked by whoever has no usable secret', async () => {
    const proxy = await authProxy(1, 'https');
    const at = { admin: admin(proxy), ca: caFile };
    const basic = { scheme: 'Basic', secret };
    const drivers = [
      await driver({ ...at, authorization: bearer }),
      await driver({ ...at, authorization: bearer }, holding('two words')),
      await driver({ ...at, authorization: bearer }, holding('x\r\ny: z')),
      await driver({ ...at, authorization: basic }, holding('nocolon')),
      await driver({ ...at, authorization: basic }, holding('a:b\nc')),
    ];

    const said = await Promise.all(drivers.map((each) => each.probe()));

    const words = said.map((each) => (each.reachable ? 'reachable' : each.reason));
    expect(words).toEqual([
      expect.stringContaining(`${secret} can't be read`),
      expect.stringContaining(`${secret} is to be one token`),
      expect.stringContaining(`${secret} is to be one token`),
      expect.stringContaining(`${secret} is to be <user>:<password>`),
      expect.stringContaining(`${secret} is to be <user>:<password>`),
    ]);
    expect(proxy.seen).toEqual([]);
    for (const each of drivers) await each.close();
  });

  test('is told nothing when it can not show who it is', async () => {
    const proxy = await authProxy(1, 'https');
    const ours = await driver({ admin: admin(proxy), authorization: bearer }, holding('s3cret'));

    const refused = await failure(ours.apply(targetOf(await plainDocument())));

    // Retryable: by https nothing is sent before the device has shown its certificate.
    expect(refused).toMatchObject({ kind: 'retryable', reach: 'out of reach' });
    expect(refused.message).toMatch(/can't be reached: .*certificate/);
    expect(proxy.seen).toEqual([]);
    await ours.close();
  });
});

/** What a driver with this password tells of a device that answers so. */
async function toldOf(password: string, status: number, body: string): Promise<string> {
  const server = createServer((_, response) => void response.writeHead(status).end(body));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const authorization = { scheme: 'Basic', secret };
  const options = { admin: `http://127.0.0.1:${port}`, authorization };
  const ours = await driver(options, holding(`me:${password}`));
  const { message } = await failure(ours.observe('any'));
  await ours.close();
  return message;
}

test.each([
  ['escaped, as JSON needs it', 'one"quoted\\password', 401, ''],
  ['escaped, as Go does it', 'an&other<password>', 500, ''],
  ['at the end of what fits into a message', 'a-long-long-password', 401, 'x'.repeat(490)],
  ['with a redirection', 'a-long-long-password', 302, ''],
])('nothing is told of a secret that is repeated %s', async (_, password, status, before) => {
  const escaped = JSON.stringify({ error: `${before}${password} is not known` })
    .replaceAll('&', '\\u0026')
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e');

  const told = await toldOf(password, status, escaped);

  expect(told).toContain(`answered ${status}`);
  for (const part of [password.slice(0, 5), password.slice(-5)]) expect(told).not.toContain(part);
});

test.each([
  ['a-secret', 500, 'Bearer (a secret)'],
  ['asecret', 500, 'Bearer asecret'],
  ['asecret', 401, 'Bearer (a secret)'],
  ['asecret', 403, 'Bearer (a secret)'],
])(
  'of %s nothing is told by %i, unless it may be a word of the device',
  async (text, status, told) => {
    const credentials = await readCredentials(holding(text), { scheme: 'Bearer', secret });
    expect(credentials.withoutSecrets(status, credentials.header)).toBe(told);
  },
);

describe('the options', () => {
  const far = 'https://caddy.example:2019';
  test.each([
    [{ admin: 'http://192.0.2.1:2019', authorization: bearer }, /credentials over plain http/],
    [
      { admin: 'http://192.0.2.1:2019', authorization: bearer, remote: true },
      /credentials over plain http can be read on the way; admin is to be https/,
    ],
    [{ admin: far, authorization: { scheme: 'Digest', secret } }, /give Bearer or Basic/],
    [{ admin: far, authorization: { scheme: 'Bearer', secret: 'hush' } }, /secret is to be file:/],
    [{ admin: far }, /no authentication/],
    [{ admin: 'http://127.0.0.1:2019', ca: caFile }, /admin is not https/],
    [{ admin: far, authorization: bearer, ca: 'ca.pem' }, /ca is to be an absolute path/],
    [{ admin: far, authorization: bearer, ca: '/nowhere' }, /ca: \/nowhere can't be read: ENOENT/],
    [{ admin: far, authorization: bearer, ca: '/etc/hostname' }, /holds no certificate in PEM/],
  ])('%j is refused', async (options, words) => {
    const refused = await failure(driver(options));
    expect(refused.message).toMatch(words);
    expect(refused.message).not.toContain('hush');
  });

  test.each([
    { admin: far, authorization: bearer },
    { admin: far, remote: true },
    { admin: 'unix//run/caddy/admin.sock', authorization: bearer },
    { admin: 'http://[::1]:2019', authorization: { scheme: 'Basic', secret: 'env:CADDY' } },
  ])('%j will do', async (options) => {
    await (await driver(options)).close();
  });
});
