import { describe, expect, test } from 'vitest';
import { appliance, plainDocument, targetOf } from './support/caddy-world.ts';
import { vip } from './support/caddy-device.ts';

describe('where a person has taken away the first of several servers', () => {
  test('a removal ends also what the others serve', async () => {
    const device = await appliance();
    const driver = await device.driver();
    const document = await plainDocument({ listeners: 3 });
    await driver.apply(targetOf(document));
    await device.call('DELETE', `/config/apps/http/servers/${document.id}`);

    await driver.remove({ id: document.id, epoch: 1, generation: 2 });

    const servers = Object.entries(await device.servers());
    expect(servers.map(([name, { listen }]) => [name, listen])).toEqual([[document.id, undefined]]);
  });

  test('the listeners that are left are served, and no other', async () => {
    const device = await appliance();
    const driver = await device.driver();
    const document = await plainDocument({ listeners: 3 });
    const [, second] = document.listeners;
    await driver.apply(targetOf(document, 1, 1));
    await device.call('DELETE', `/config/apps/http/servers/${document.id}`);

    await driver.apply(targetOf({ ...document, listeners: [second!] }, 1, 2));

    const servers = Object.entries(await device.servers());
    expect(servers.map(([name, { listen }]) => [name, listen])).toEqual([
      [document.id, [`${vip}:${second!.protocol_port}`]],
    ]);
    expect((await driver.observe(document.id))?.running).toBe(true);
  });

  test("a neighbour's are left alone", async () => {
    const device = await appliance();
    const driver = await device.driver();
    const [document, other] = [
      await plainDocument(),
      await plainDocument({ listeners: 2, id: '4f5cbe4a-1d3b-4c7f-9d0a-3a3f4d6f7f10' }),
    ];
    await driver.apply(targetOf(other));
    const before = await device.servers();

    await driver.apply(targetOf(document));
    await driver.remove(targetOf(document));

    expect(await device.servers()).toMatchObject(before);
  });
});
