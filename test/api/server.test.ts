import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { requestBytesMax } from '../../src/api/body.ts';
import { serveApi } from '../../src/api/serve.ts';
import { type Harness, harness, subnetId } from './harness.ts';

let api: Harness;
let server: Awaited<ReturnType<typeof serveApi>>;
beforeEach(async () => {
  api = await harness();
  server = await serveApi(api.app, { host: '127.0.0.1', port: 0, clock: systemClock });
});
afterEach(() => server.close());

const url = (path: string) => `http://127.0.0.1:${server.port}${path}`;

/** Sends raw text and resolves with all that comes back until the server closes. */
function exchange(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.on('close', () => resolve(received));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A server that has answered may reset what is still being sent to it.
      if (received === '') reject(error);
    });
  });
}

test('the API is served over HTTP', async () => {
  const created = await fetch(url('/v2.0/lbaas/loadbalancers'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ loadbalancer: { vip_subnet_id: subnetId, name: 'n' } }),
  });
  expect(created.status).toBe(201);
  const listed = await fetch(url('/v2.0/lbaas/loadbalancers?name=n'));
  expect(await listed.json()).toMatchObject({ loadbalancers: [{ name: 'n' }] });
  const versions = (await (await fetch(url('/'))).json()) as { versions: { links: object[] }[] };
  expect(versions.versions[0]?.links).toEqual([{ href: url('/v2'), rel: 'self' }]);
});

test('a deletion answers without a body', async () => {
  const { id } = await api.loadBalancer();
  const answer = await fetch(url(`/v2.0/lbaas/loadbalancers/${id}`), { method: 'DELETE' });
  expect([answer.status, await answer.text()]).toEqual([204, '']);
});

describe('a body without end', () => {
  test('that is announced is refused before it is read', async () => {
    const head = 'POST /v2.0/lbaas/pools HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n';
    const answer = await exchange(`${head}Content-Length: ${requestBytesMax + 1}\r\n\r\n{`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('Request is larger than 524288 bytes.');
  });

  test('that comes in chunks is refused when it is too much', async () => {
    const head = 'POST /v2.0/lbaas/pools HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n';
    const chunk = `${(64 * 1024).toString(16)}\r\n${' '.repeat(64 * 1024)}\r\n`;
    const answer = await exchange(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(9)}`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });
});

test('a foreign name is refused on the wire too', async () => {
  const answer = await exchange(
    'GET /v2.0/lbaas/pools HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
  );
  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  expect(answer).toContain('"faultcode":"Client"');
});

test('what is no HTTP is answered with 400, and the server goes on', async () => {
  expect(await exchange('hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  expect((await fetch(url('/healthcheck'))).status).toBe(200);
});

test('a port that is taken is an error of the start', async () => {
  await expect(
    serveApi(api.app, { host: '127.0.0.1', port: server.port, clock: systemClock }),
  ).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

test('closing ends event streams and lets go of the port', async () => {
  const events = await fetch(url('/holdfast/v1/events'));
  api.feed.emit();
  const reader = events.body?.getReader();
  const first = await reader?.read();
  expect(new TextDecoder().decode(first?.value)).toMatch(/^id: 1\n/);
  await server.close();
  await expect(fetch(url('/healthcheck'))).rejects.toThrow();
  await expect.poll(() => api.feed.subscribers, { timeout: 5000 }).toBe(0);
  server = await serveApi(api.app, { host: '127.0.0.1', port: 0, clock: systemClock });
});
