import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseAdminAddress, isOwnPlace } from '../../drivers/caddy/admin-address.ts';
import { caddyModule } from '../../drivers/caddy/module.ts';
import { appliance, plainDocument, targetOf } from './support/caddy-world.ts';
import { driverContext } from './support/context.ts';

const create = (options: unknown) => caddyModule.create(driverContext('a', options));

describe('the options of the caddy driver', () => {
  test.each([
    [{ admin: 'ftp://127.0.0.1' }, /admin is to be http:/],
    [{ admin: 'http://127.0.0.1:2019/config' }, /admin is to be http:/],
    [{ admin: 'http://user:secret@127.0.0.1:2019' }, /admin is to be http:/],
    [{ admin: 'unix/relative.sock' }, /admin is to be http:/],
    [{ admin: 'http://192.0.2.1:2019' }, /no authentication.*"remote": true/s],
    [{ admin: 'http://caddy.example:2019' }, /no authentication/],
    [{ callTimeoutMs: 0 }, /callTimeoutMs/],
    [{ callTimeoutMs: 60_001 }, /callTimeoutMs/],
    [{ auditMs: 9 }, /auditMs/],
    [{ adress: 'x' }, /wrong options of the caddy driver[^]*adress/],
  ])('%j is refused with its name', async (options, words) => {
    await expect(create(options)).rejects.toThrow(words);
  });

  test('a secret in an address is not repeated', async () => {
    const refused = await create({ admin: 'http://user:secret@127.0.0.1:2019' }).catch(String);
    expect(refused).not.toContain('secret');
  });

  test.each([
    undefined,
    { admin: 'http://[::1]:2019' },
    { admin: 'http://localhost:2019' },
    { admin: 'unix//run/caddy/admin.socket' },
    { admin: 'http://192.0.2.1:2019', remote: true },
    { callTimeoutMs: 60_000, auditMs: 10 },
  ])('%j will do', async (options) => {
    const driver = await create(options);
    expect(driver.descriptor).toMatchObject({ reschedulable: true, fence: 'device' });
    expect(driver.residence).toBeUndefined();
    await driver.close();
  });
});

test.each([
  ['http://127.0.0.1:2019', '127.0.0.1', 2019, true],
  ['http://127.0.0.1:2019', '0.0.0.0', 2019, true],
  ['http://127.0.0.1:2019', '::', 2019, true],
  ['http://localhost:2019', '127.0.0.1', 2019, true],
  ['http://localhost:2019', '192.0.2.1', 2019, false],
  ['http://127.0.0.1:2019', '127.0.0.2', 2019, false],
  ['http://127.0.0.1:2019', '127.0.0.1', 80, false],
  ['unix//run/caddy.sock', '127.0.0.1', 2019, false],
])('the admin API at %s is in the way of %s:%i: %s', (admin, address, port, isInTheWay) => {
  expect(isOwnPlace(parseAdminAddress(admin)!, address, port)).toBe(isInTheWay);
});

describe('a probe', () => {
  test('finds a Caddy that is new enough, and says where it forgets', async () => {
    const device = await appliance();
    const driver = await device.driver();
    const place = `Caddy at http://127.0.0.1:${device.port}`;
    expect(await driver.probe()).toEqual({ reachable: true, detail: place });

    await device.call('POST', '/config/admin/config', { persist: false });
    expect(await driver.probe()).toEqual({
      reachable: true,
      detail: `${place}, which forgets all when it restarts`,
    });
  });

  test('says that there is none', async () => {
    const driver = await create({ admin: 'unix//nonexistent/admin.sock' });
    expect(await driver.probe()).toMatchObject({
      reachable: false,
      reason: expect.stringMatching(/can't be reached.*ENOENT/) as string,
    });
  });

  test('is not taken in by a web server that says 200 to everything', async () => {
    const driver = await create({ admin: await webServer(() => ({ status: 200 })) });
    expect(await driver.probe()).toMatchObject({
      reachable: false,
      reason: expect.stringContaining('something else answers there') as string,
    });
  });

  test('refuses a Caddy that does not know what 2.6 knows', async () => {
    const admin = await webServer((method) =>
      method === 'GET' ? { status: 200, etag: '"/config/admin 1"' } : { status: 400 },
    );
    const driver = await create({ admin });
    expect(await driver.probe()).toMatchObject({
      reachable: false,
      reason: expect.stringContaining('is older than 2.6') as string,
    });
  });
});

test('a device is configured over its unix socket', async () => {
  const device = await appliance();
  const socket = `${device.home}/admin.sock`;
  await device.call('POST', '/config/admin/listen', `unix/${socket}`);
  const driver = await create({ admin: `unix/${socket}` });
  const document = await plainDocument();

  expect(await driver.probe()).toMatchObject({ reachable: true });
  await driver.apply(targetOf(document, 4, 2));
  expect(await driver.survey()).toEqual([
    { id: document.id, marker: { epoch: 4, generation: 2, removed: false } },
  ]);
});

async function webServer(
  answer: (method: string) => { status: number; etag?: string },
): Promise<string> {
  const server = createServer((request, response) => {
    const { status, etag } = answer(request.method ?? '');
    response.writeHead(status, etag === undefined ? {} : { trailer: 'ETag' });
    if (etag !== undefined) response.addTrailers({ ETag: etag });
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
