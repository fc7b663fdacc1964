import { once } from 'node:events';
import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { subscribersMax } from '../../src/api/events.ts';
import { serveApi, type Upgrade } from '../../src/api/serve.ts';
import { type Harness, harness } from './harness.ts';

let api: Harness;
beforeEach(async () => {
  api = await harness();
});

const where = { host: '127.0.0.1', port: 0, clock: systemClock };

async function served(
  app: Parameters<typeof serveApi>[0] = api.app,
  upgrade?: Upgrade,
): Promise<Awaited<ReturnType<typeof serveApi>>> {
  const server = await serveApi(app, where, upgrade);
  onTestFinished(() => server.close());
  return server;
}

/** A connection, once the server has taken it. */
async function connected(port: number, text = ''): Promise<Socket> {
  const socket = connect(port, where.host);
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  if (text !== '') await new Promise((resolve) => socket.write(text, resolve));
  // What is asked after it is answered after it was taken.
  await fetch(`http://127.0.0.1:${port}/healthcheck`, { headers: { connection: 'close' } });
  return socket;
}

/** What nobody has caught; the process would have ended with the first. */
function uncaught(): readonly unknown[] {
  const errors: unknown[] = [];
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => errors.push(error));
  onTestFinished(() => {
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
  });
  return errors;
}

const offer =
  'GET // HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

describe('an offer of another protocol', () => {
  test('is ignored where there is none, as HTTP has it', async () => {
    const { port } = await served();
    const headers = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': '' };

    const asked = get({ port, host: where.host, path: '/healthcheck', headers });
    const [response] = await once(asked, 'response');

    expect(response).toMatchObject({ statusCode: 200 });
  });

  test('ends no process where the client is gone before it is refused', async () => {
    const errors = uncaught();
    const { port } = await served(api.app, () => false);

    for (let times = 0; times < 50; times += 1) {
      const socket = connect(port, where.host);
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      await new Promise((resolve) => socket.write(offer, resolve));
      socket.resetAndDestroy();
    }
    const answer = await fetch(`http://127.0.0.1:${port}/healthcheck`);

    expect(answer.status).toBe(200);
    expect(errors).toEqual([]);
  });
});

describe('a server that closes', () => {
  test.each([
    ['on which nothing was sent', ''],
    ['with half a header', 'GET / HTTP/1.1\r\nHost: lo'],
  ])('lets go of a connection %s', async (_, text) => {
    const server = await served();
    const socket = await connected(server.port, text);
    const gone = once(socket, 'close');

    await server.close();
    await gone;

    expect(socket.destroyed).toBe(true);
  });

  test('answers what it was asked, and ends that connection with the answer', async () => {
    let answer: (response: Response) => void = () => undefined;
    let asked: () => void = () => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const server = await served({
      fetch: ({ url }) => {
        if (!url.endsWith('/slow')) return new Response('quick');
        asked();
        return new Promise((resolve) => (answer = resolve));
      },
    });
    const response = fetch(`http://127.0.0.1:${server.port}/slow`);
    await isAsked;

    const closed = server.close();
    answer(new Response('done'));
    const { headers } = await response;
    await closed;

    expect(headers.get('connection')).toBe('close');
    expect(await (await response).text()).toBe('done');
  });
});

test('to ask for the head of the events takes no reader’s place', async () => {
  const { port } = await served();
  const url = `http://127.0.0.1:${port}/holdfast/v1/events`;
  const heads = Array.from({ length: subscribersMax }, () => fetch(url, { method: 'HEAD' }));
  const statuses = (await Promise.all(heads)).map(({ status }) => status);

  const stop = new AbortController();
  const { status } = await fetch(url, { signal: stop.signal });
  stop.abort();

  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(status).toBe(200);
});
