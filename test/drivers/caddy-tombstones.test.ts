import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { withEntry } from '../../drivers/caddy/entry.ts';
import { silentServer } from '../../drivers/caddy/render/server.ts';
import {
  compacted,
  listedTombstone,
  looseTombstonesMax,
  tombstonesName,
} from '../../drivers/caddy/tombstones.ts';
import { FencedError } from '../../drivers/contract/errors.ts';
import { nothingRuns } from '../../machines/health/operating.ts';
import { eventually } from './support/eventually.ts';
import { appliance, inFrontOf, plainDocument, targetOf } from './support/caddy-world.ts';

function tombstone(epoch = 2, generation = 3, removed = true) {
  return withEntry(silentServer, {
    format: 1,
    epoch,
    generation,
    removed,
    holder: 'a',
    content: '',
    parts: [],
    bound: 0,
    operating: nothingRuns,
  });
}

function tombstones(count: number) {
  const ids = Array.from({ length: count }, () => randomUUID());
  return { ids, servers: Object.fromEntries(ids.map((id) => [id, tombstone()])) };
}

describe('tombstones', () => {
  test('stand by themselves up to the limit', () => {
    expect(compacted(tombstones(looseTombstonesMax).servers)).toBeNull();
  });

  test('are put into one list beyond it, each with its marker, and nothing else is', () => {
    const { ids, servers } = tombstones(looseTombstonesMax + 1);
    const live = tombstone(1, 1, false);
    const theirs = { listen: [':80'] };

    const after = compacted({ ...servers, live, theirs });

    expect(Object.keys(after!).sort()).toEqual([tombstonesName, 'live', 'theirs'].sort());
    expect([after!['live'], after!['theirs']]).toEqual([live, theirs]);
    for (const id of ids) {
      const marker = listedTombstone(after![tombstonesName], id);
      expect(marker).toEqual({ epoch: 2, generation: 3, removed: true });
    }
    expect(listedTombstone(after![tombstonesName], randomUUID())).toBeNull();
  });

  test('in the list are kept up to a limit, the newest ones', () => {
    const [old, young] = [tombstones(looseTombstonesMax + 1), tombstones(looseTombstonesMax + 1)];
    const before = compacted(old.servers, 100)!;
    const after = compacted({ ...before, ...young.servers }, 100)!;

    const kept = [...old.ids, ...young.ids].filter(
      (id) => listedTombstone(after[tombstonesName], id) !== null,
    );
    expect(kept).toEqual([...old.ids.slice(-(100 - young.ids.length)), ...young.ids]);
  });
});

describe('a device with tombstones', () => {
  test('refuses what was removed long ago, and a create that was sent before that', async () => {
    const device = await appliance({
      http: { servers: tombstones(looseTombstonesMax).servers },
    });
    const driver = await device.driver();
    const document = await plainDocument();
    // A stale agent has read that there is nothing yet, and is held up there with its create.
    const proxy = await inFrontOf(device);
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    proxy.beforeWrite(() => held);
    const stale = await device.driver('stale', { admin: proxy.url });
    const late = stale.apply(targetOf(document, 1, 1));
    const refused = expect(late).rejects.toBeInstanceOf(FencedError);
    await proxy.isWriting();

    await driver.apply(targetOf(document, 2, 1));
    await driver.remove(targetOf(document, 2, 2));
    await eventually('they are put together', async () => {
      return String(Object.keys(await device.servers())) === tombstonesName;
    });
    letGo();

    await refused;
    expect(Object.keys(await device.servers())).toEqual([tombstonesName]);
    expect(await driver.observe(document.id)).toMatchObject({
      marker: { epoch: 2, generation: 2, removed: true },
      running: false,
    });
    expect(await driver.remove(targetOf(document, 9, 9))).toMatchObject({ epoch: 2 });
    const several = { ...(await plainDocument({ listeners: 2 })), id: document.id };
    await expect(driver.apply(targetOf(several, 9, 9))).rejects.toBeInstanceOf(FencedError);
  });
});

test('a removal is answered before the tombstones are put together', async () => {
  const device = await appliance({ http: { servers: tombstones(looseTombstonesMax).servers } });
  const proxy = await inFrontOf(device);
  const driver = await device.driver('a', { admin: proxy.url });
  const document = await plainDocument();
  await driver.apply(targetOf(document, 1, 1));
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  proxy.beforeWrite(() => (proxy.writes.length > 2 ? held : Promise.resolve()));

  expect(await driver.remove(targetOf(document, 1, 2))).toMatchObject({ removed: true });
  expect(Object.keys(await device.servers())).toHaveLength(looseTombstonesMax + 1);
  letGo();
  await driver.close();

  expect(Object.keys(await device.servers())).toEqual([tombstonesName]);
});
