import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Fault } from './support/fault-proxy.ts';
import { appliance, inFrontOf, plainDocument, targetOf } from './support/caddy-world.ts';

/** Of the changes only the first goes wrong. */
function firstWrite(fault: Fault) {
  let isFirst = true;
  return ({ method }: { method: string }): Fault => {
    if (method === 'GET' || !isFirst) return 'none';
    isFirst = false;
    return fault;
  };
}

async function setup(options: object = {}) {
  const device = await appliance();
  const proxy = await inFrontOf(device);
  const driver = await device.driver('a', { admin: proxy.url, ...options });
  return { device, proxy, driver, document: await plainDocument() };
}

test('a change whose answer got lost is looked for, and not repeated', async () => {
  const { proxy, driver, document } = await setup();
  proxy.inject(firstWrite('lose-answer'));

  const applied = await driver.apply(targetOf(document, 2, 3));

  expect(applied).toMatchObject({ contentApplied: true, marker: { epoch: 2, generation: 3 } });
  expect(proxy.writes).toEqual([{ method: 'PUT', passed: true }]);

  proxy.inject(firstWrite('lose-answer'));
  expect(await driver.remove(targetOf(document, 2, 4))).toMatchObject({ removed: true });
  expect(proxy.writes).toHaveLength(2);
});

test('a change that got lost itself is made once the device has said so', async () => {
  const { device, proxy, driver, document } = await setup();
  const loads = device.loads();
  proxy.inject(firstWrite('lose-call'));

  await driver.apply(targetOf(document));

  expect(proxy.writes.map(({ passed }) => passed)).toEqual([false, true]);
  expect(device.loads()).toBe(loads + 1);
});

test('what can not be read back stays unknown', async () => {
  const { device, proxy, driver, document } = await setup();
  let isLost = false;
  proxy.inject(({ method }) => {
    if (isLost) return 'lose-call';
    if (method === 'GET') return 'none';
    isLost = true;
    return 'lose-answer';
  });

  await expect(driver.apply(targetOf(document))).rejects.toMatchObject({ kind: 'unknown' });

  proxy.inject(() => 'none');
  const writes = proxy.writes.length;
  await driver.apply(targetOf(document));
  expect(proxy.writes).toHaveLength(writes);
  expect(Object.keys(await device.servers())).toEqual([document.id]);
});

test('a device that is busy says for how long', async () => {
  const { device, proxy, driver, document } = await setup();
  proxy.inject(({ method }) => (method === 'GET' ? 'none' : 'busy'));

  await expect(driver.apply(targetOf(document))).rejects.toMatchObject({
    kind: 'retryable',
    retryAfterMs: 7_000,
  });
  expect(await device.servers()).toEqual({});
});

test('a device that never answers is given up in bounded time', async () => {
  const mute = createServer(() => undefined);
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    mute.closeAllConnections();
    mute.close();
  });
  const { device, document } = await setup();
  const admin = `http://127.0.0.1:${(mute.address() as AddressInfo).port}`;
  const driver = await device.driver('b', { admin, callTimeoutMs: 50 });

  await expect(driver.apply(targetOf(document))).rejects.toMatchObject({
    kind: 'retryable',
    message: expect.stringContaining('no answer within 50 ms') as string,
  });
});

test('changes that others outrun each time are given up after a few', async () => {
  const { device, proxy, driver, document } = await setup();
  await driver.apply(targetOf(document));
  let changes = 0;
  // Somebody changes the very server between each reading and the write that follows.
  const path = `/config/apps/http/servers/${document.id}/idle_timeout`;
  const outrunning = await inFrontOf(device);
  outrunning.beforeWrite(async () => {
    changes += 1;
    await device.call('PATCH', path, `${changes}s`);
  });
  const unlucky = await device.driver('b', { admin: outrunning.url });

  await expect(unlucky.apply(targetOf(document, 2, 2))).rejects.toMatchObject({
    kind: 'retryable',
    message: expect.stringContaining('at each of 8 attempts') as string,
  });
  expect(changes).toBe(8);
  expect(proxy.writes).toHaveLength(1);
});
