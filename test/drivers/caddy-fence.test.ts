import { describe, expect, test } from 'vitest';
import { FencedError } from '../../drivers/contract/errors.ts';
import { listener } from '../fixtures/documents.ts';
import { vip } from './support/caddy-device.ts';
import { appliance, inFrontOf, plainDocument, targetOf } from './support/caddy-world.ts';
import { eventually } from './support/eventually.ts';
import { freePort } from './support/traffic.ts';

function resetOnly(error: Error): 'reset' {
  if ('code' in error && error.code === 'ECONNRESET') return 'reset';
  throw error;
}

/** Another load balancer on the same device. */
const otherId = '4f5cbe4a-1d3b-4c7f-9d0a-3a3f4d6f7f10';

const serverPath = (id: string) => `/config/apps/http/servers/${id}`;

describe("the device's own condition", () => {
  test('lets exactly one of eight writers with the same ETag through', async () => {
    const device = await appliance();
    const driver = await device.driver();
    const document = await plainDocument();
    await driver.apply(targetOf(document));
    const path = serverPath(document.id);
    const before = await device.call('GET', path);
    const server = JSON.parse(before.body) as object;

    const loads = device.loads();
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        device
          .call('PATCH', path, { ...server, idle_timeout: `${index + 1}s` }, before.etag)
          .then(({ status }) => status, resetOnly),
      ),
    );

    // A change replaces the admin server, which resets calls that it has not read yet.
    expect(outcomes.filter((outcome) => outcome === 200).length).toBeLessThanOrEqual(1);
    expect([200, 412, 'reset']).toEqual(expect.arrayContaining([...new Set(outcomes)]));
    await eventually('the device has loaded the one', () => device.loads() > loads);
    expect(device.loads()).toBe(loads + 1);
    expect(JSON.parse((await device.call('GET', path)).body)).toMatchObject({
      idle_timeout: expect.stringMatching(/^[1-8]s$/) as string,
    });
  });

  test('lets the newest epoch of eight agents win, and tells the others by whom', async () => {
    const device = await appliance();
    const document = await plainDocument();
    await (await device.driver()).apply(targetOf(document, 1, 1));
    const drivers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => device.driver(`agent-${index + 2}`)),
    );

    const outcomes = await Promise.allSettled(
      drivers.map((driver, index) => driver.apply(targetOf(document, index + 2, 1))),
    );

    expect(outcomes.at(-1)).toMatchObject({ status: 'fulfilled' });
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(FencedError);
    }
    expect((await drivers[0]!.observe(document.id))?.marker.epoch).toBe(9);
  });
});

describe('a change of several listeners', () => {
  test('keeps what somebody has changed between the reading and the write', async () => {
    const device = await appliance();
    const [mine, other] = [
      await plainDocument({ listeners: 2 }),
      await plainDocument({ id: otherId }),
    ];
    const proxy = await inFrontOf(device);
    const neighbour = await device.driver('b');
    let isFirst = true;
    proxy.beforeWrite(async () => {
      if (!isFirst) return;
      isFirst = false;
      await neighbour.apply(targetOf(other));
    });

    await (await device.driver('a', { admin: proxy.url })).apply(targetOf(mine));

    expect(proxy.writes.length).toBeGreaterThan(1);
    expect((await neighbour.observe(other.id))?.running).toBe(true);
    expect((await neighbour.observe(mine.id))?.running).toBe(true);
  });
});

describe('what it costs', () => {
  test('a takeover is one write, which leaves the content; the same again is none', async () => {
    const device = await appliance();
    const document = await plainDocument({ listeners: 3 });
    await (await device.driver('old')).apply(targetOf(document, 1, 4));
    const proxy = await inFrontOf(device);
    const next = await device.driver('next', { admin: proxy.url });

    await next.apply(targetOf(document, 2, 4));
    expect(proxy.writes).toHaveLength(1);
    await next.apply(targetOf(document, 2, 4));
    expect(proxy.writes).toHaveLength(1);
  });

  test('a takeover of several listeners is not held up by changes of others', async () => {
    const device = await appliance();
    const [mine, other] = [
      await plainDocument({ listeners: 2 }),
      await plainDocument({ id: otherId }),
    ];
    await (await device.driver('old')).apply(targetOf(mine, 1, 4));
    const proxy = await inFrontOf(device);
    const neighbour = await device.driver('b');
    proxy.beforeWrite(async () => {
      await neighbour.apply(targetOf(other));
    });

    await (await device.driver('next', { admin: proxy.url })).apply(targetOf(mine, 2, 4));

    expect(proxy.writes).toHaveLength(1);
    expect(await neighbour.observe(mine.id)).toMatchObject({ marker: { epoch: 2 }, running: true });
    expect((await neighbour.observe(other.id))?.running).toBe(true);
  });

  test('a claim of newer content is one write', async () => {
    const device = await appliance();
    const document = await plainDocument({ listeners: 2 });
    await (await device.driver('old')).apply(targetOf(document, 1, 4));
    const proxy = await inFrontOf(device);
    const next = await device.driver('next', { admin: proxy.url });
    const older = { ...document, listeners: [] };

    const claimed = await next.apply(targetOf(older, 2, 3));

    expect(claimed).toMatchObject({ contentApplied: false, marker: { epoch: 2, generation: 4 } });
    expect(proxy.writes).toHaveLength(1);
    expect((await next.observe(document.id))?.running).toBe(true);
  });

  test('several listeners come, change and go in one write each', async () => {
    const device = await appliance();
    const proxy = await inFrontOf(device);
    const driver = await device.driver('a', { admin: proxy.url });
    const document = await plainDocument({ listeners: 3 });
    const [first, second] = document.listeners;

    await driver.apply(targetOf(document, 1, 1));
    expect(Object.keys(await device.servers())).toHaveLength(3);
    await driver.apply(targetOf({ ...document, listeners: [second!] }, 1, 2));
    expect(Object.values(await device.servers()).map(({ listen }) => listen)).toEqual([
      [`${vip}:${second!.protocol_port}`],
    ]);
    await driver.apply(targetOf({ ...document, listeners: [second!, first!] }, 1, 3));
    await driver.remove({ id: document.id, epoch: 1, generation: 4 });
    expect(Object.values(await device.servers()).map(({ listen }) => listen)).toEqual([undefined]);
    expect(proxy.writes).toHaveLength(4);
  });
});

describe('a refused configuration', () => {
  test('of a new holder still keeps the former one out', async () => {
    const device = await appliance();
    const [old, next] = [await device.driver('old'), await device.driver('next')];
    const document = await plainDocument();
    await old.apply(targetOf(document, 1, 1));
    const foreign = { ...document, vip_address: '198.51.100.7' };

    await expect(next.apply(targetOf(foreign, 2, 2))).rejects.toMatchObject({
      kind: 'permanent',
      message: expect.stringContaining('cannot assign requested address') as string,
    });

    await expect(old.apply(targetOf(document, 1, 3))).rejects.toBeInstanceOf(FencedError);
    expect(await next.observe(document.id)).toMatchObject({
      marker: { epoch: 2, generation: 1 },
      running: true,
    });
  });

  test("never reaches the device where it would take the admin API's own place", async () => {
    const device = await appliance();
    const driver = await device.driver();
    const own = { ...(await plainDocument()), vip_address: '127.0.0.1' };
    const document = { ...own, listeners: [listener({ protocol_port: device.port })] };

    await expect(driver.apply(targetOf(document))).rejects.toMatchObject({
      kind: 'permanent',
      message: expect.stringContaining(`protocol_port ${device.port} at 127.0.0.1`) as string,
    });
  });

  test('names the other load balancer whose place it wants', async () => {
    const device = await appliance();
    const driver = await device.driver();
    const document = await plainDocument();
    await driver.apply(targetOf(document));
    const other = { ...(await plainDocument()), listeners: document.listeners };

    await expect(driver.apply(targetOf(other))).rejects.toMatchObject({
      kind: 'permanent',
      message: expect.stringContaining('listener address repeated') as string,
    });
    expect(await driver.observe(other.id)).toBeNull();
  });
});

describe('the device', () => {
  test('keeps marker and content through a power cut', async () => {
    const device = await appliance();
    const driver = await device.driver();
    const document = await plainDocument({ listeners: 2 });
    const removed = await plainDocument();
    await driver.apply(targetOf(document, 3, 7));
    await driver.apply(targetOf(removed));
    await driver.remove(targetOf(removed));
    const before = await device.servers();

    await device.kill();
    await expect(driver.observe(document.id)).rejects.toMatchObject({ kind: 'retryable' });
    await expect(driver.apply(targetOf(document, 3, 8))).rejects.toMatchObject({
      kind: 'retryable',
    });
    expect(await driver.probe()).toMatchObject({ reachable: false });
    await device.resume();

    expect(await device.servers()).toEqual(before);
    expect(await driver.observe(document.id)).toMatchObject({
      marker: { epoch: 3, generation: 7, removed: false },
      running: true,
    });
    await expect(driver.apply(targetOf(removed, 9, 9))).rejects.toBeInstanceOf(FencedError);
  });

  test('is served from the first load balancer on, where it has no web servers at all', async () => {
    const device = await appliance(null);
    const [one, other] = [await device.driver('one'), await device.driver('other')];
    expect(await one.survey()).toEqual([]);
    const documents = [await plainDocument(), await plainDocument({ listeners: 2 })];

    await Promise.all([one.apply(targetOf(documents[0]!)), other.apply(targetOf(documents[1]!))]);

    const surveyed = (await one.survey()).map(({ id }) => id).sort();
    expect(surveyed).toEqual(documents.map(({ id }) => id).sort());
  });

  test('is served where its web servers are null, as some programs write that there are none', async () => {
    const device = await appliance({ http: { servers: null } });
    const driver = await device.driver();
    const document = await plainDocument();

    await driver.apply(targetOf(document));

    expect((await driver.observe(document.id))?.running).toBe(true);
  });

  test('keeps what is none of ours', async () => {
    const port = await freePort(vip);
    const theirs = { listen: [`${vip}:${port}`], automatic_https: { disable: true } };
    const device = await appliance({ http: { servers: { theirs } } });
    const driver = await device.driver();
    const document = await plainDocument({ listeners: 2 });

    await driver.apply(targetOf(document));
    await driver.remove(targetOf(document));

    expect((await device.servers())['theirs']).toEqual(theirs);
    expect(await driver.survey()).toEqual([]);
  });

  test('is left alone where somebody has taken the marker away', async () => {
    const device = await appliance();
    const driver = await device.driver();
    const document = await plainDocument();
    await driver.apply(targetOf(document, 5, 1));
    await device.call('PATCH', `${serverPath(document.id)}/routes`, []);

    await expect(driver.apply(targetOf(document, 1, 1))).rejects.toMatchObject({
      kind: 'retryable',
      message: expect.stringContaining('without a marker') as string,
    });
  });
});
