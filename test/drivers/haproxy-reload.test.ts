import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listener } from '../fixtures/documents.ts';
import { eventually } from './support/eventually.ts';
import { vip } from './support/haproxy-host.ts';
import { get, startLoad } from './support/traffic.ts';
import { targetOf, web, world } from './support/world.ts';

describe('a change while clients come and go', () => {
  test('five reloads lose no request', async () => {
    const { host, backend, freePort } = await world();
    const port = await freePort();
    const { document } = web(port, [await backend('one'), await backend('two')]);
    const driver = await host.driver();
    await driver.apply(targetOf(document, 1, 1));
    const load = startLoad(vip, port);

    for (let generation = 2; generation <= 6; generation += 1) {
      const before = load.served();
      document.pools[0]!.members[0]!.weight = generation;
      await driver.apply(targetOf(document, 1, generation));
      await eventually('clients are served after the reload', () => load.served() > before + 20);
    }

    expect(await load.stop()).toEqual({});
    await eventually(
      'the replaced processes have finished',
      () => host.site(document.id).allProcesses().length === 1,
    );
  });

  test('a refused change disturbs nobody', async () => {
    const { host, backend, freePort } = await world();
    const [port, taken] = [await freePort(), await freePort()];
    const stranger = createServer().listen(taken, vip);
    onTestFinished(() => void stranger.close());
    const { document } = web(port, [await backend('one')]);
    const driver = await host.driver();
    await driver.apply(targetOf(document, 1, 1));
    const before = host.process(document.id);
    const load = startLoad(vip, port);

    const bad = {
      ...document,
      listeners: [...document.listeners, listener({ protocol_port: taken })],
    };
    await expect(driver.apply(targetOf(bad, 1, 2))).rejects.toThrow(/Address already in use/);
    const served = load.served();
    await eventually('clients are served after the refusal', () => load.served() > served + 20);

    expect(await load.stop()).toEqual({});
    expect(host.process(document.id)).toEqual(before);
    expect((await driver.observe(document.id))?.marker.generation).toBe(1);
  });

  test('a new generation that changes nothing for HAProxy reloads nothing', async () => {
    const { host, backend, freePort } = await world();
    const { document } = web(await freePort(), [await backend('one')]);
    const driver = await host.driver();
    await driver.apply(targetOf(document, 1, 1));
    const before = host.process(document.id);

    const renamed = await driver.apply(targetOf({ ...document, name: 'shop' }, 1, 2));

    expect(renamed).toMatchObject({ contentApplied: true, marker: { generation: 2 } });
    expect(host.process(document.id)).toEqual(before);
    expect((await driver.observe(document.id))?.marker.generation).toBe(2);
  });

  test('a process that hangs is replaced', async () => {
    const { host, backend, freePort } = await world();
    const port = await freePort();
    const { document } = web(port, [await backend('one')]);
    const driver = await host.driver();
    await driver.apply(targetOf(document, 1, 1));
    const hung = host.process(document.id);
    process.kill(hung.pid, 'SIGSTOP');

    expect((await driver.observe(document.id))?.running).toBe(false);
    await driver.apply(targetOf(document, 1, 1));

    expect(await get(vip, port)).toMatchObject({ body: 'one' });
    expect(host.site(document.id).allProcesses()).toEqual([host.process(document.id)]);
    expect(host.process(document.id).pid).not.toBe(hung.pid);
  });

  test('a watcher tells of a process that hangs', async () => {
    const { host, backend, freePort } = await world();
    const { document } = web(await freePort(), [await backend('one')]);
    const driver = await host.driver('agent', { statusPollMs: 50, socketTimeoutMs: 200 });
    await driver.apply(targetOf(document));
    const told: string[] = [];
    driver.watch(document.id, (notice) => {
      if (notice.type === 'down') told.push(notice.reason);
    });

    process.kill(host.process(document.id).pid, 'SIGSTOP');

    await eventually('the watcher tells of it', () => told.length > 0);
    expect(told[0]).toMatch(/does not answer/);
  });

  test('after kill -9 the watcher tells, and one apply brings the traffic back', async () => {
    const { host, backend, freePort } = await world();
    const port = await freePort();
    const { document } = web(port, [await backend('one')]);
    const driver = await host.driver();
    await driver.apply(targetOf(document));
    const told: string[] = [];
    driver.watch(document.id, (notice) => {
      if (notice.type === 'down') told.push(notice.reason);
    });

    process.kill(host.process(document.id).pid, 'SIGKILL');
    await eventually('the watcher tells of it', () => told.length > 0);
    await expect(get(vip, port)).rejects.toThrow(/ECONNREFUSED/);
    await driver.apply(targetOf(document));

    expect(told).toHaveLength(1);
    expect(await get(vip, port)).toMatchObject({ body: 'one' });
  });
});
