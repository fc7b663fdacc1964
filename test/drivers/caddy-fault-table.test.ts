import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { FencedError } from '../../drivers/contract/errors.ts';
import { type CaddyDevice, caddyDevice, vip } from './support/caddy-device.ts';
import { inFrontOf, plainDocument, targetOf } from './support/caddy-world.ts';
import type { Fault } from './support/fault-proxy.ts';

/*
 * What devices do wrong in a call, and what Holdfast does then: the rows of the table in docs/drivers.md, by their
 * names, on a real Caddy behind a proxy. What a device does between calls is in caddy-fault-story.test.ts.
 */

let device: CaddyDevice;

beforeAll(async () => {
  device = await caddyDevice();
});

afterAll(() => device.close());

async function setup(options: object = {}) {
  const proxy = await inFrontOf(device);
  const driver = await device.driver('a', { admin: proxy.url, ...options });
  const document = await plainDocument();
  const held = async () => (await device.servers())[document.id] ?? null;
  return { proxy, driver, document, held };
}

/** Of the changes only the first goes wrong. */
function firstWrite(fault: Fault) {
  let isFirst = true;
  return ({ method }: { method: string }): Fault => {
    if (method === 'GET' || !isFirst) return 'none';
    isFirst = false;
    return fault;
  };
}

const eachWrite =
  (fault: Fault) =>
  ({ method }: { method: string }): Fault =>
    method === 'GET' ? 'none' : fault;

const containing = (words: string) => expect.stringContaining(words) as string;

describe('stale: it was changed since it was read', () => {
  test.each([409, 412])('and says %i: it is read anew, and decided again', async (status) => {
    const { proxy, driver, document } = await setup();
    proxy.inject(firstWrite({ status, words: 'it is another one by now' }));

    const applied = await driver.apply(targetOf(document, 2, 3));

    expect(applied).toMatchObject({ contentApplied: true, marker: { epoch: 2, generation: 3 } });
    expect(proxy.writes.map(({ passed }) => passed)).toEqual([false, true]);
  });

  test('by somebody newer: then nothing is sent again', async () => {
    const { proxy, driver, document } = await setup();
    const newer = await device.driver('newer');
    await driver.apply(targetOf(document, 1, 1));
    proxy.beforeWrite(async () => void (await newer.apply(targetOf(document, 2, 1))));

    await expect(driver.apply(targetOf(document, 1, 2))).rejects.toBeInstanceOf(FencedError);

    expect(proxy.answers).toEqual([200, 412]);
  });

  test('each time, by 5 changes of others: that is told as contention, and passes', async () => {
    const { proxy, driver, document } = await setup();
    await driver.apply(targetOf(document));
    let changes = 0;
    // Somebody changes the very server between each reading and the write that follows.
    const path = `/config/apps/http/servers/${document.id}/idle_timeout`;
    proxy.beforeWrite(async () => {
      changes += 1;
      await device.call('PATCH', path, `${changes}s`);
    });

    await expect(driver.apply(targetOf(document, 2, 2))).rejects.toMatchObject({
      name: 'ContentionError',
      kind: 'retryable',
      reach: 'answers',
      message: containing('contention: at each of 5 attempts'),
    });
    expect(changes).toBe(5);

    proxy.beforeWrite(async () => undefined);
    const applied = await driver.apply(targetOf(document, 2, 2));
    expect(applied.marker).toMatchObject({ epoch: 2, generation: 2 });
  });
});

describe('busy: it asks to be left alone', () => {
  const inAMinute = () => new Date(Date.now() + 60_000).toUTCString();

  test.each([
    [503, 'for seconds', () => '7', 7_000],
    [429, 'for seconds', () => '7', 7_000],
    [503, 'until a date', inAMinute, 60_000],
    [503, 'without a time', () => undefined, null],
  ])('with %i, %s: nothing more is sent, and the time is passed on', async (...row) => {
    const [status, , header, aboutMs] = row;
    const { proxy, driver, document, held } = await setup();
    const retryAfter = header();
    const words = 'a backup is under way';
    const busy = { status, words, ...(retryAfter === undefined ? {} : { retryAfter }) };
    proxy.inject(eachWrite(busy));

    const error: unknown = await driver
      .apply(targetOf(document))
      .catch((caught: unknown) => caught);

    expect(error).toMatchObject({ kind: 'retryable', reach: 'busy', message: containing(words) });
    const { retryAfterMs } = error as { retryAfterMs: number | null };
    if (aboutMs === null) expect(retryAfterMs).toBeNull();
    else expect(Math.abs((retryAfterMs ?? 0) - aboutMs)).toBeLessThan(30_000);
    expect(proxy.writes).toHaveLength(1);
    expect(await held()).toBeNull();
  });

  test('also when it is asked whether it can be reached', async () => {
    const { proxy, driver } = await setup();
    proxy.inject(() => ({ status: 503, words: 'it boots', retryAfter: '30' }));

    expect(await driver.probe()).toEqual({
      reachable: false,
      reason: 'the device is busy: it boots',
      retryAfterMs: 30_000,
    });
    await expect(driver.survey()).rejects.toMatchObject({ reach: 'busy', retryAfterMs: 30_000 });
  });
});

describe('unknown: it does not say what came of a change', () => {
  test.each([
    ['resets the connection after it is done', 'lose-answer'],
    ['never answers after it is done', 'never-answer'],
  ] as const)('because it %s: it is looked for, and not repeated', async (_, fault) => {
    const { proxy, driver, document } = await setup({ callTimeoutMs: 400 });
    proxy.inject(firstWrite(fault));

    const applied = await driver.apply(targetOf(document, 2, 3));

    expect(applied).toMatchObject({ contentApplied: true, marker: { epoch: 2, generation: 3 } });
    expect(proxy.writes).toEqual([{ method: 'PUT', passed: true }]);

    proxy.inject(firstWrite(fault));
    expect(await driver.remove(targetOf(document, 2, 4))).toMatchObject({ removed: true });
    expect(proxy.writes).toHaveLength(2);
  });

  test('because the change itself got lost: it is made once the device has said so', async () => {
    const { proxy, driver, document } = await setup();
    const loads = device.loads();
    proxy.inject(firstWrite('lose-call'));

    await driver.apply(targetOf(document));

    expect(proxy.writes.map(({ passed }) => passed)).toEqual([false, true]);
    expect(device.loads()).toBe(loads + 1);
  });

  test('and can not be asked any more: it stays unknown until it can', async () => {
    const { proxy, driver, document, held } = await setup();
    let isLost = false;
    proxy.inject(({ method }) => {
      if (isLost) return 'lose-call';
      if (method === 'GET') return 'none';
      isLost = true;
      return 'lose-answer';
    });

    await expect(driver.apply(targetOf(document))).rejects.toMatchObject({
      kind: 'unknown',
      reach: 'out of reach',
    });

    proxy.inject(() => 'none');
    const writes = proxy.writes.length;
    await driver.apply(targetOf(document));
    expect(proxy.writes).toHaveLength(writes);
    expect(await held()).not.toBeNull();
  });

  test('because it is busy by then: the time that it asks for is passed on', async () => {
    const { proxy, driver, document } = await setup();
    let isLost = false;
    proxy.inject(({ method }) => {
      if (isLost) return { status: 503, words: 'it boots', retryAfter: '7' };
      isLost = method !== 'GET';
      return isLost ? 'lose-answer' : 'none';
    });

    await expect(driver.apply(targetOf(document))).rejects.toMatchObject({
      kind: 'unknown',
      reach: 'busy',
      retryAfterMs: 7_000,
    });
  });
});

describe('refused: it does not take the configuration', () => {
  test('for good, in its own words: what ran runs on, and so do all others', async () => {
    const { proxy, driver, document } = await setup();
    const other = await plainDocument();
    await driver.apply(targetOf(document, 1, 1));
    const before = (await device.servers())[document.id];
    const stranger = createServer();
    await new Promise<void>((resolve) => stranger.listen(0, vip, resolve));
    onTestFinished(() => void stranger.close());
    const { port } = stranger.address() as { port: number };
    const [listener] = document.listeners;
    const bad = { ...document, listeners: [{ ...listener!, protocol_port: port }] };

    await expect(driver.apply(targetOf(bad, 1, 2))).rejects.toMatchObject({
      kind: 'permanent',
      message: containing('address already in use'),
    });
    await driver.apply(targetOf(other, 1, 1));

    expect((await device.servers())[document.id]).toEqual(before);
    expect(proxy.writes).toHaveLength(3);
  });

  test.each([400, 422])('with %i: it is not sent again', async (status) => {
    const { proxy, driver, document, held } = await setup();
    proxy.inject(eachWrite({ status, words: 'no such virtual server' }));

    await expect(driver.apply(targetOf(document))).rejects.toMatchObject({
      kind: 'permanent',
      reach: 'answers',
      message: 'Caddy refuses it: no such virtual server',
    });

    expect(proxy.writes).toHaveLength(1);
    expect(await held()).toBeNull();
  });
});

describe('full: it has no room', () => {
  test('for one more: that is told in its own words, and tried again later', async () => {
    const { proxy, driver, document } = await setup();
    proxy.inject(eachWrite({ status: 507, words: '200 of 200 virtual servers are used' }));

    await expect(driver.apply(targetOf(document))).rejects.toMatchObject({
      kind: 'retryable',
      reach: 'answers',
      message: 'the device is full: 200 of 200 virtual servers are used',
    });

    proxy.inject(() => 'none');
    expect(await driver.apply(targetOf(document))).toMatchObject({ contentApplied: true });
  });
});

describe('half: it does a part of what it was told', () => {
  const withoutListeners = (server: object) => ({ ...server, listen: [] });

  test.each([
    ['done', undefined],
    ['failed', { status: 500, words: 'could not save the configuration' }],
  ])('and says that it is %s: it is read back, and made whole', async (_, answer) => {
    const { proxy, driver, document, held } = await setup();
    const altered = { alter: withoutListeners, ...(answer === undefined ? {} : { answer }) };
    proxy.inject(firstWrite(altered));

    const applied = await driver.apply(targetOf(document, 1, 1));

    expect(applied.contentApplied).toBe(true);
    expect(proxy.answers).toEqual([200, 200]);
    const port = document.listeners[0]!.protocol_port;
    expect(await held()).toMatchObject({ listen: [`${vip}:${port}`] });
  });

  test('each time: it is not called done', async () => {
    const { proxy, driver, document } = await setup();
    proxy.inject(eachWrite({ alter: withoutListeners }));

    await expect(driver.apply(targetOf(document, 1, 1))).rejects.toMatchObject({
      kind: 'retryable',
      message: containing('was not as it was told to be'),
    });
  });
});
