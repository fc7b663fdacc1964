import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import { type CaddyDevice, caddyDevice, vip } from './support/caddy-device.ts';
import { inFrontOf, plainDocument, targetOf } from './support/caddy-world.ts';
import { eventually } from './support/eventually.ts';
import { manager } from './support/manager.ts';

/*
 * What devices do wrong between calls, and over some time: further rows of the table in docs/drivers.md, by their
 * names. An agent's own device actors drive a real Caddy behind a proxy.
 */

let device: CaddyDevice;

beforeAll(async () => {
  device = await caddyDevice();
});

afterAll(() => device.close());

/** A load balancer that an agent has brought to the device. */
async function setup(options: object = {}) {
  const proxy = await inFrontOf(device);
  const driver = await device.driver('a', { admin: proxy.url, ...options });
  const agent = manager(driver);
  const document = await plainDocument();
  expect(await agent.command(document, 1, 1)).toMatchObject({ type: 'applied' });
  const held = async () => (await device.servers())[document.id];
  return { proxy, driver, agent, document, held };
}

const pathOf = ({ id }: LoadBalancerDocument) => `/config/apps/http/servers/${id}`;

/** The same with another timeout. */
function edited(document: LoadBalancerDocument, timeout_client_data: number): LoadBalancerDocument {
  const listeners = document.listeners.map((each) => ({ ...each, timeout_client_data }));
  return { ...document, listeners };
}

describe('lost: it has not any more what it held', () => {
  test('because it came up without its configuration: all of it is applied again', async () => {
    const { agent, document, held } = await setup();
    const before = await held();

    await device.kill();
    await device.reset();
    expect(await held()).toBeUndefined();
    await eventually('it is back', async () => (await held()) !== undefined);

    await agent.converged(document);
    expect(await held()).toEqual(before);
  });

  test('because somebody has put an old backup in: the newest is applied again', async () => {
    const { agent, document, held } = await setup();
    const backup = await held();
    await agent.command(edited(document, 7_000), 1, 2);
    const newest = await held();

    await device.call('PATCH', pathOf(document), backup);
    await eventually('the newest is back', async () => {
      return JSON.stringify(await held()) === JSON.stringify(newest);
    });

    await agent.converged(document);
  });
});

describe('drift: a person has changed it', () => {
  const timeout = (document: LoadBalancerDocument) => `${pathOf(document)}/idle_timeout`;

  test('is put right, where the driver is to repair', async () => {
    const { proxy, agent, document, held } = await setup();
    const before = await held();

    await device.call('PATCH', timeout(document), '1s');
    await eventually('its own is back', async () => {
      return JSON.stringify(await held()) === JSON.stringify(before);
    });

    await agent.converged(document);
    expect(proxy.writes).toHaveLength(2);
  });

  test('is told of and left, where the driver is to report; until somebody puts it back', async () => {
    const { proxy, agent, document, held } = await setup({ onDrift: 'report' });
    const own = (await held())?.['idle_timeout'];

    await device.call('PATCH', timeout(document), '1s');
    await eventually('it is told of', () => agent.told(document)?.reason != null);

    expect(agent.told(document)).toMatchObject({
      reason:
        'the device has another configuration than was written: idle_timeout; it is left so (onDrift: report)',
      operating: { loadBalancer: 'DEGRADED' },
    });
    expect(await agent.command(document, 1, 1)).toMatchObject({ type: 'applied' });
    expect(await held()).toMatchObject({ idle_timeout: '1s' });

    await device.call('PATCH', timeout(document), own);
    await eventually('all is well', () => agent.told(document)?.reason === null);
    expect(agent.told(document)).toMatchObject({ operating: { loadBalancer: 'ONLINE' } });
    expect(proxy.writes).toHaveLength(1);
  });

  test('is left by an agent that was started anew, too, and told of', async () => {
    const { document, held } = await setup({ onDrift: 'report' });
    await device.call('PATCH', timeout(document), '1s');
    const proxy = await inFrontOf(device);
    const next = manager(await device.driver('a', { admin: proxy.url, onDrift: 'report' }));

    await next.command(document, 1, 1);
    await eventually('it is told of', () => next.told(document)?.reason != null);

    expect(await held()).toMatchObject({ idle_timeout: '1s' });
    expect(proxy.writes).toEqual([]);
  });

  test.each([
    ['the next change of it', 1, 2],
    ['the next agent that takes it over', 2, 1],
  ])('that was left is put right by %s', async (_, epoch, generation) => {
    const { agent, document, held } = await setup({ onDrift: 'report' });
    await device.call('PATCH', timeout(document), '1s');
    await eventually('it is told of', () => agent.told(document)?.reason != null);

    await agent.command(edited(document, 7_000), epoch, generation);

    expect(await held()).toMatchObject({ idle_timeout: '7000ms' });
    expect(agent.told(document)).toMatchObject({ reason: null });
  });

  test('that keeps it from listening is left, and shown as an error', async () => {
    const { agent, document, held } = await setup({ onDrift: 'report' });

    await device.call('PATCH', `${pathOf(document)}/listen`, []);
    await eventually('it is told of', () => agent.told(document)?.reason != null);

    expect(agent.told(document)).toMatchObject({ operating: { loadBalancer: 'ERROR' } });
    expect(await held()).toMatchObject({ listen: [] });
  });

  test('is none where the device itself did only half: that is made whole in any case', async () => {
    const { proxy, driver, document, held } = await setup({ onDrift: 'report' });
    let isFirst = true;
    proxy.inject(({ method }) => {
      if (method === 'GET' || !isFirst) return 'none';
      isFirst = false;
      return { alter: (server) => ({ ...server, listen: [] }) };
    });

    await driver.apply(targetOf(document, 1, 2));

    const port = document.listeners[0]!.protocol_port;
    expect(await held()).toMatchObject({ listen: [`${vip}:${port}`] });
  });
});

describe('slow: it takes its time', () => {
  function hold() {
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    return { held: () => held, letGo };
  }

  test('for one change: others wait, and of them only the newest is sent', async () => {
    const { proxy, agent, document, held } = await setup();
    const { held: wait, letGo } = hold();
    proxy.beforeWrite(wait);

    const replies = [2, 3, 4, 5].map((generation) =>
      agent.command(edited(document, generation * 1_000), 1, generation),
    );
    await eventually('the first is on its way', () => proxy.writes.length === 2);
    letGo();

    expect(await replies[3]).toMatchObject({ type: 'applied', generation: 5 });
    expect(proxy.writes).toHaveLength(3);
    expect(proxy.writesAtOnce()).toBe(1);
    expect(await held()).toMatchObject({ idle_timeout: '5000ms' });
  });

  test('for longer than a call may take: it is given up, and what comes late undoes nothing', async () => {
    const { proxy, agent, document, held } = await setup({ callTimeoutMs: 200 });
    const { held: wait, letGo } = hold();
    proxy.beforeWrite(wait);

    // The change is answered while it is still held up.
    expect(await agent.command(edited(document, 2_000), 1, 2)).toMatchObject({
      type: 'failed',
      kind: 'unknown',
    });
    const newest = agent.command(edited(document, 3_000), 1, 3);
    letGo();
    await newest;
    await agent.converged(document);

    expect(await held()).toMatchObject({ idle_timeout: '3000ms' });
    await eventually('all that were held up are answered', () => {
      return proxy.answers.length === proxy.writes.length;
    });
    expect(await held()).toMatchObject({ idle_timeout: '3000ms' });
  });
});
