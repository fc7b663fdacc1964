import { randomUUID } from 'node:crypto';
import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DeviceNotice } from '../../drivers/contract/driver.ts';
import { FencedError, RetryableError } from '../../drivers/contract/errors.ts';
import { DamagedMarker } from '../../drivers/contract/host-marker.ts';
import { readMarker } from '../../drivers/haproxy/marker-file.ts';
import { markerLookMs } from '../../drivers/haproxy/watch.ts';
import { eventually } from './support/eventually.ts';
import { get } from './support/traffic.ts';
import { vip } from './support/haproxy-host.ts';
import { targetOf, web, world } from './support/world.ts';

/** A load balancer that agent `mine` holds under epoch 3, and drivers of two agents. */
async function held() {
  const there = await world();
  const port = await there.freePort();
  const { document } = web(port, [await there.backend('served')]);
  const { id } = document;
  const [mine, other] = [await there.host.driver('mine'), await there.host.driver('other')];
  await mine.apply(targetOf(document, 3, 2));
  const serving = there.host.process(id);
  // The agent's next life: it knows nothing but what it finds.
  const returned = await there.host.driver('mine');
  return {
    ...there,
    port,
    document,
    id,
    mine,
    other,
    returned,
    serving,
    site: there.host.site(id),
  };
}

describe('what an agent finds on its host', () => {
  test('tells whose each load balancer is, tombstones too', async () => {
    const { returned, other, document, id } = await held();
    const removed = web(1, []).document;
    await other.remove({ id: removed.id, epoch: 1, generation: 1 });

    const found = await returned.residence!.inventory();

    expect(found.toSorted((a, b) => (a.id === id ? -1 : 1) - (b.id === id ? -1 : 1))).toEqual([
      { id, marker: { epoch: 3, generation: 2, removed: false }, holder: 'mine' },
      {
        id: removed.id,
        marker: { epoch: 1, generation: 1, removed: true },
        holder: 'other',
      },
    ]);
    expect(await returned.residence!.recall(id)).toEqual(targetOf(document, 3, 2));
    expect(await returned.residence!.recall(removed.id)).toBeNull();
  });

  test('is found beside a file that is called like a load balancer', async () => {
    const { returned, id, site } = await held();
    await writeFile(path.join(path.dirname(site.directory), randomUUID()), '');

    const found = await returned.residence!.inventory();

    expect(found.map((each) => each.id)).toEqual([id]);
    expect((await returned.survey()).map((each) => each.id)).toEqual([id]);
  });

  test.each(['gone', 'of a stranger', 'garbage'])(
    'is taken up by what runs where the pid file is %s',
    async (what) => {
      const { returned, id, serving, site, port } = await held();
      await rm(site.pidPath);
      if (what === 'of a stranger') await writeFile(site.pidPath, `${process.pid}\n`);
      if (what === 'garbage') await writeFile(site.pidPath, 'garbage');

      const target = await returned.residence!.recall(id);
      await returned.apply({ ...target!, epoch: 4 });

      expect(site.running()).toEqual(serving);
      expect((await readMarker(site))?.epoch).toBe(4);
      expect(await get(vip, port)).toMatchObject({ body: 'served' });
    },
  );

  test('is taken up under a newer epoch by the marker alone: the process is not touched', async () => {
    const { returned, document, serving, site } = await held();

    const applied = await returned.apply(targetOf(document, 4, 2));

    expect(applied.marker).toEqual({ epoch: 4, generation: 2, removed: false });
    expect(site.allProcesses()).toEqual([serving]);
  });
});

describe('what moved to another host', () => {
  test('is ended, and no older epoch comes in again, but a newer one does', async () => {
    const { returned, mine, document, id, port, site } = await held();

    await returned.residence!.release({ id, epoch: 5 });

    expect(site.allProcesses()).toEqual([]);
    await expect(get(vip, port)).rejects.toThrow(/ECONNREFUSED/);
    await expect(mine.apply(targetOf(document, 4, 2))).rejects.toBeInstanceOf(FencedError);
    expect(await returned.survey()).toEqual([]);
    await mine.apply(targetOf(document, 6, 2));
    expect(await get(vip, port)).toMatchObject({ body: 'served' });
  });

  test('is left alone where somebody of this host holds it under that epoch or a newer one', async () => {
    const { returned, id, site, serving } = await held();

    await returned.residence!.release({ id, epoch: 3 });
    await returned.residence!.release({ id, epoch: 2 });

    expect(site.allProcesses()).toEqual([serving]);
  });

  test('is ended also where an earlier attempt was cut off after the claim', async () => {
    const { returned, id, site } = await held();
    const stored = (await readMarker(site))!;
    const cutOff = { ...stored, epoch: 5, holder: null, content: null };
    await writeFile(site.markerPath, JSON.stringify(cutOff));

    await returned.residence!.release({ id, epoch: 5 });

    expect(site.allProcesses()).toEqual([]);
  });
});

describe('a marker that another one was put in the place of', () => {
  /** What is told of it to its holder, who watches. */
  async function toldOf(change: (text: string, path: string) => Promise<void>) {
    const there = await held();
    const { mine, document, id, site } = there;
    const before = await readFile(site.markerPath, 'utf8');
    await mine.apply(targetOf(document, 5, 2));
    const notices: DeviceNotice[] = [];
    const unwatch = mine.watch(id, (notice) => notices.push(notice));
    await change(before, site.markerPath);
    await eventually('its holder is told', () => notices.length > 0, 3 * markerLookMs);
    unwatch();
    return { ...there, notices };
  }

  test('by a backup is told to its holder, who puts it right without touching what runs', async () => {
    const { mine, other, document, site, serving, notices } = await toldOf((text, path) =>
      writeFile(path, text),
    );

    await mine.apply(targetOf(document, 5, 2));

    expect(notices).toMatchObject([{ type: 'drifted' }]);
    expect(notices[0]).toHaveProperty('reason', expect.stringContaining('has epoch 3 of mine'));
    await expect(other.apply(targetOf(document, 4, 2))).rejects.toBeInstanceOf(FencedError);
    expect(site.allProcesses()).toEqual([serving]);
  });

  test('by garbage is told to its holder, who can not go on before it is mended', async () => {
    const { mine, document, id, notices, site, serving } = await toldOf((_, path) =>
      writeFile(path, '\u0000'),
    );

    expect(notices).toMatchObject([{ type: 'drifted', isMarkerDamaged: true }]);
    await expect(mine.apply(targetOf(document, 5, 2))).rejects.toBeInstanceOf(DamagedMarker);
    await mine.residence!.mend({ id, epoch: 5, removed: false });
    await mine.apply(targetOf(document, 5, 2));
    expect(site.allProcesses()).toEqual([serving]);
  });
});

describe('a damaged marker', () => {
  test.each(['torn', 'gone', 'a link to itself'])(
    'that is %s keeps everybody out, and what runs runs on',
    async (how) => {
      const { returned, mine, document, id, port, site, serving } = await held();
      if (how === 'torn') await writeFile(site.markerPath, '{"epoch":');
      else await rm(site.markerPath);
      if (how === 'a link to itself') await symlink(site.markerPath, site.markerPath);

      await expect(mine.apply(targetOf(document, 9, 9))).rejects.toBeInstanceOf(RetryableError);
      await expect(mine.remove(targetOf(document, 9, 9))).rejects.toBeInstanceOf(RetryableError);
      expect(await returned.residence!.inventory()).toEqual([{ id, marker: null, holder: null }]);
      expect(await returned.survey()).toEqual([]);
      expect(site.allProcesses()).toEqual([serving]);
      expect(await get(vip, port)).toMatchObject({ body: 'served' });
    },
  );

  test('is made anew from what runs and the newest epoch that was given', async () => {
    const { returned, mine, document, id, site, serving } = await held();
    await writeFile(site.markerPath, '{"epoch":');

    await returned.residence!.mend({ id, epoch: 7, removed: false });

    await expect(mine.apply(targetOf(document, 6, 9))).rejects.toMatchObject({
      marker: { epoch: 7, generation: 2, removed: false },
    });
    await mine.apply(targetOf(document, 7, 2));
    expect(site.allProcesses()).toEqual([serving]);
  });

  test('of what was deleted for good becomes a tombstone', async () => {
    const { returned, mine, document, id, site } = await held();
    await writeFile(site.markerPath, '{"epoch":');

    await returned.residence!.mend({ id, epoch: 1, removed: true });
    await returned.remove({ id, epoch: 1, generation: 0 });

    await expect(mine.apply(targetOf(document, 9, 9))).rejects.toBeInstanceOf(FencedError);
    expect(site.allProcesses()).toEqual([]);
  });

  test('is the only one that is mended', async () => {
    const { returned, id, site } = await held();
    const before = await readFile(site.markerPath, 'utf8');

    await returned.residence!.mend({ id, epoch: 99, removed: true });

    expect(await readFile(site.markerPath, 'utf8')).toBe(before);
  });
});
