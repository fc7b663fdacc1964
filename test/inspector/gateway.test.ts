import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWebSocketReceiver } from '@statelyai/inspect';
import { createInspectorServer } from '@statelyai/inspect/server';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Batch, inspectionVersion, type ToPage } from '../../machines/protocol/inspection.ts';
import { silentLog } from '../../machines/ports/log.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { ConfigError } from '../../src/config/load.ts';
import { whyRefused } from '../../src/inspector/gateway/access.ts';
import type { Feed, HandedEvent, Viewer } from '../../src/inspector/gateway/feed.ts';
import { waitingBytesMax } from '../../src/inspector/gateway/socket.ts';
import { valueOf } from '../../src/inspector/gateway/stately.ts';
import { type RunningInspector, serveInspector } from '../../src/processes/inspector-process.ts';
import { eventually } from '../real/support/eventually.ts';

const token = 'a token that nobody guesses, 32 characters';
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-gateway-'));
  await writeFile(join(directory, 'index.html'), '<!doctype html><title>the page</title>');
  await writeFile(join(directory, 'token'), `${token}\n`, { mode: 0o600 });
});
afterAll(() => rm(directory, { recursive: true }));

const batch = (actors: number): Batch => ({
  ...{ version: inspectionVersion, node: 'controller-1', role: 'controller', life: 'a' },
  ...{ sequence: 1, atMs: 1_000, dropped: 0, account: 'whole' },
  frames: Array.from({ length: actors }, (_, number) => ({
    ...{ type: 'actor', kind: 'load-balancer', id: `lb-${number}`, label: null },
    ...{ state: 'bound.settled', condition: 'running', trouble: null, revision: 1, merged: 0 },
    context: { lastEpoch: number },
    steps: [
      { atMs: 999, from: 'rebinding', to: 'bound.settled', event: { type: 'driven.applied' } },
    ],
  })),
});

/** A feed that knows one batch. */
function feedOf(known: Batch, sends = false) {
  const viewers = new Set<Viewer>();
  const sent: { event: HandedEvent; who: string }[] = [];
  const feed: Feed = {
    recording: null,
    sends,
    attach(viewer) {
      viewer.batch(null, JSON.stringify(known));
      viewer.caughtUp();
      viewer.status(true);
      viewers.add(viewer);
      return () => viewers.delete(viewer);
    },
    send: (event, who) => Promise.resolve((sent.push({ event, who }), 'no')),
  };
  return { feed, viewers, sent };
}

async function served(
  feed: Feed,
  more: { host?: string; tokenFile?: string | null; hosted?: boolean } = {},
): Promise<RunningInspector> {
  const { host = '127.0.0.1', tokenFile = null, hosted = false } = more;
  const where = { host, port: 0, tokenFile, hosted };
  const running = await serveInspector({
    ...where,
    feed,
    pageDirectory: directory,
    clock: systemClock,
    log: silentLog,
  });
  onTestFinished(() => running.close());
  return running;
}

/** Messages of a page's socket, as they come. */
function connected(inspector: RunningInspector, query = '', headers: Record<string, string> = {}) {
  const url = `${inspector.url.replace(/^http/, 'ws').replace(/#.*/, '')}live${query}`;
  const socket = new WebSocket(url, { headers });
  const messages: ToPage[] = [];
  let refusal: number | null = null;
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as ToPage));
  socket.on('unexpected-response', (_, response) => (refusal = response.statusCode ?? 0));
  socket.on('error', () => undefined);
  onTestFinished(() => socket.terminate());
  return { socket, messages, refusal: () => refusal };
}

describe('the page', () => {
  test('is served with all that it needs, and may load nothing from elsewhere', async () => {
    const { url } = await served(feedOf(batch(0)).feed);

    const response = await fetch(url);

    expect(await response.text()).toContain('the page');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect((await fetch(new URL('../../etc/passwd', url))).status).toBe(404);
    expect((await fetch(`${url}..%2f..%2fetc%2fpasswd`)).status).toBe(404);
  });

  test('is told who is there, what is known, and what comes', async () => {
    const { feed, viewers } = feedOf(batch(2));
    const { socket, messages } = connected(await served(feed));
    await eventually('it is told', () => messages.some(({ type }) => type === 'status'));

    for (const viewer of viewers) viewer.batch(null, JSON.stringify({ ...batch(1), sequence: 2 }));
    await eventually('it is told of more', () => messages.length === 5);
    socket.close();
    await eventually('nobody views any more', () => viewers.size === 0);

    expect(messages.map(({ type }) => type)).toEqual([
      ...['hello', 'batch', 'caught up', 'status', 'batch'],
    ]);
    expect(messages[0]).toEqual({ type: 'hello', sends: false, recording: null });
    expect(messages[1]).toEqual({ type: 'batch', batch: batch(2) });
  });

  test('is told all that is known, however much that is, and let go if it is too slow from then on', async () => {
    const { feed, viewers } = feedOf(batch(1));
    const large = `${JSON.stringify(batch(1))}${' '.repeat(waitingBytesMax / 8)}`;
    const telling = (viewer: Viewer, times: number) => {
      for (let count = 0; count < times; count += 1) viewer.batch(null, large);
    };
    const attach = (viewer: Viewer) => (telling(viewer, 10), feed.attach(viewer));
    const { socket, messages } = connected(await served({ ...feed, attach }));
    await eventually('it is told all', () => messages.some(({ type }) => type === 'status'));
    expect(messages.filter(({ type }) => type === 'batch').length).toBe(11);

    socket.pause();
    for (const viewer of viewers) telling(viewer, 30);
    socket.resume();

    expect((await once(socket, 'close'))[0]).toBe(1013);
  });

  test('hands an event on, and is told what came of it; rubbish changes nothing', async () => {
    const { feed, sent } = feedOf(batch(1), true);
    const { socket, messages } = connected(await served(feed));
    await once(socket, 'open');
    const event = { node: 'controller-1', kind: 'load-balancer', id: 'lb-0', event: { type: 'x' } };

    for (const text of ['rubbish', '{}', '{"type":"send","node":"a b"}']) socket.send(text);
    socket.send(JSON.stringify({ type: 'send', number: 7, ...event }));
    await eventually('it is told', () => messages.some(({ type }) => type === 'sent'));

    expect(messages.at(-1)).toEqual({ type: 'sent', number: 7, refused: 'no' });
    expect(sent).toEqual([{ event, who: expect.stringMatching(/^127\.0\.0\.1:\d+$/) }]);
  });
});

test('a socket is refused where it asks for what is no path, such as //', async () => {
  const { url } = await served(feedOf(batch(0)).feed);
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding('utf8');
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

  socket.write(`GET // HTTP/1.1\r\nHost: ${hostname}\r\n${upgrade}`);
  const [answer] = (await once(socket, 'data')) as [string];

  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect((await fetch(url)).status).toBe(200);
});

describe('who may look', () => {
  const own = { host: '127.0.0.1:9877', origin: undefined, token: null };

  test.each([
    ['a tool on this machine', own, null],
    ['the page itself', { ...own, origin: 'http://127.0.0.1:9877' }, null],
    ['localhost', { ...own, host: 'localhost:9877' }, null],
    ['IPv6', { ...own, host: '[::1]:9877' }, null],
    ['a page of somebody else', { ...own, origin: 'https://evil.example' }, /may not look/],
    ['a page of another port', { ...own, origin: 'http://127.0.0.1:1' }, /may not look/],
    ['a sandboxed page', { ...own, origin: 'null' }, /may not look/],
    ['a name that leads here', { ...own, host: 'evil.example:9877' }, /localhost/],
    ['nobody knows', { ...own, host: undefined }, /which host/],
  ])('without a token: %s', (_, request, why) => {
    const refused = whyRefused(request, { token: null });
    if (why === null) expect(refused).toBeNull();
    else expect(refused).toMatch(why);
  });

  test.each([
    ['the right one', token, null],
    ['none', null, /a token is needed/],
    ['another', `${token}x`, /another token/],
    ['an empty one', '', /another token/],
  ])('with a token: %s', (_, given, why) => {
    const request = { ...own, host: 'lb-control.example:9877', token: given };
    const refused = whyRefused(request, { token });
    if (why === null) expect(refused).toBeNull();
    else expect(refused).toMatch(why);
  });

  test('no frame leaves for who has no token, or comes from another page', async () => {
    const { feed, viewers } = feedOf(batch(1));
    const inspector = await served(feed, { tokenFile: join(directory, 'token') });
    const right = `?token=${encodeURIComponent(token)}`;

    const tries = [
      connected(inspector),
      connected(inspector, '?token=guess'),
      connected(inspector, right, { origin: 'https://evil.example' }),
    ];
    const admitted = connected(inspector, right);
    await eventually('all are answered', () => {
      return tries.every(({ refusal }) => refusal() === 403) && admitted.messages.length > 0;
    });

    expect(tries.flatMap(({ messages }) => messages)).toEqual([]);
    expect(viewers.size).toBe(1);
    expect(inspector.url).toContain(`#token=${encodeURIComponent(token)}`);
  });

  test('beyond loopback, nobody without a token', async () => {
    const beyond = served(feedOf(batch(0)).feed, { host: '0.0.0.0' });

    await expect(beyond).rejects.toThrow(ConfigError);
    await expect(beyond).rejects.toThrow(/--token-file/);
  });

  test('a token that others may read, or that is short, is refused, and not told', async () => {
    const open = join(directory, 'open');
    const short = join(directory, 'short');
    await writeFile(open, token, { mode: 0o644 });
    await writeFile(short, 'guess', { mode: 0o600 });

    const told = await Promise.allSettled(
      [open, short].map((tokenFile) => served(feedOf(batch(0)).feed, { tokenFile })),
    );

    const words = told.map((result) => (result.status === 'rejected' ? String(result.reason) : ''));
    expect(words[0]).toMatch(/mode 644; it must be 600/);
    expect(words[1]).toMatch(/at least 32 characters/);
    expect(words.join()).not.toMatch(/guess|nobody/);
  });
});

describe('the Stately Inspector’s protocol', () => {
  test('tells its own receiver of every actor, in its newest state, however many there are', async () => {
    const actors = 300; // Its own server keeps 200 messages.
    const { statelyUrl } = await served(feedOf(batch(actors)).feed);
    const seen: { type: string; sessionId: string; snapshot?: object; definition?: string }[] = [];

    const receiver = createWebSocketReceiver({ server: statelyUrl });
    receiver.subscribe((event) => seen.push(event as (typeof seen)[number]));
    await eventually('it has heard of all', () => seen.length === 3 * actors);

    const introduced = seen.filter(({ type }) => type === '@xstate.actor');
    const newest = new Map(
      seen.filter(({ type }) => type === '@xstate.snapshot').map((each) => [each.sessionId, each]),
    );
    expect(introduced.length).toBe(actors);
    expect(JSON.parse(introduced[0]?.definition ?? '')).toMatchObject({ id: 'load-balancer' });
    expect(newest.get('controller-1/load-balancer/lb-299')?.snapshot).toMatchObject({
      status: 'active',
      value: { bound: 'settled' },
      context: { lastEpoch: 299 },
    });
  });

  test('passes through its own server', async () => {
    const port = await freePort();
    const relay = createInspectorServer({ port, autoOpen: false });
    onTestFinished(() => relay.stop());
    const { statelyUrl } = await served(feedOf(batch(1)).feed);
    const seen: string[] = [];
    const relayed = `ws://127.0.0.1:${port}`;
    createWebSocketReceiver({ server: relayed }).subscribe(({ type }) => seen.push(type));
    const out = new WebSocket(relayed);
    await once(out, 'open');

    const tool = new WebSocket(statelyUrl);
    tool.on('message', (data: Buffer) => out.send(data.toString()));

    await eventually('all three have come', () => seen.length === 3);
    expect(seen).toEqual(['@xstate.actor', '@xstate.event', '@xstate.snapshot']);
  });

  test('is bridged to the hosted inspector only where that is asked for', async () => {
    const plain = await served(feedOf(batch(0)).feed);
    const bridged = await served(feedOf(batch(0)).feed, { hosted: true });

    expect((await fetch(new URL('hosted', plain.url))).status).toBe(404);
    const page = await fetch(new URL('hosted', bridged.url));
    expect(await page.text()).toContain('https://stately.ai/inspect');
    expect(page.headers.get('content-security-policy')).toContain('frame-src https://stately.ai');
  });

  test('listens for the hosted inspector before that can greet, which it does once', async () => {
    const bridged = await served(feedOf(batch(0)).feed, { hosted: true });

    const page = await (await fetch(new URL('hosted', bridged.url))).text();

    expect(page).toMatch(/<script src="hosted\.js"><\/script>[^]*<iframe /);
  });

  test('knows nested states', () => {
    expect(valueOf('pending')).toBe('pending');
    expect(valueOf('bound.settled')).toEqual({ bound: 'settled' });
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
