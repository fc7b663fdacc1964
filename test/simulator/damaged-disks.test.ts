import { describe, expect, test } from 'vitest';
import { DamagedMarker } from '../../drivers/contract/host-marker.ts';
import { MemoryDevice } from '../../drivers/memory/device.ts';
import { damagedDisksScenario } from '../../simulator/scenarios/damaged-disks.ts';
import { simulate } from '../../simulator/simulate.ts';
import type { Observer } from '../../simulator/world/events.ts';
import { JournalDisk, type JournalDamage } from '../../simulator/world/journal-disk.ts';
import { MarkerDisk, type MarkerDamage } from '../../simulator/world/marker-disk.ts';
import { RandomStream } from '../../simulator/world/random-streams.ts';
import { Virtual } from '../host/support/virtual.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';

describe('a journal that was damaged while its agent was away', () => {
  /** What an agent reads that had saved all this in two lives. */
  async function readAfter(how: JournalDamage, seed = 1) {
    const virtual = new Virtual();
    const disk = new JournalDisk({ clock: virtual.clock, delayMs: () => 1 });
    const first = disk.open(() => undefined);
    await virtual.settled(first.save('a', '1'));
    const second = disk.open(() => undefined);
    await virtual.settled(second.save('a', '2'));
    await virtual.settled(second.save('b', '1'));
    disk.damage(how, new RandomStream(seed, 'damage'));
    const dropped: number[] = [];
    const entries = await disk.open((line) => dropped.push(line)).load();
    return { entries: Object.fromEntries(entries), dropped };
  }

  test.each([
    ['missing', {}, 0],
    ['older', { a: '1' }, 0],
  ] as const)('and is %s says %o', async (how, expected, lines) => {
    const { entries, dropped } = await readAfter(how);
    expect(entries).toEqual(expected);
    expect(dropped).toHaveLength(lines);
  });

  test.each([
    ['torn', 3, { a: '1' }, [2]],
    ['torn', 10, { a: '1' }, []],
    ['garbage', 4, { a: '1', b: '1' }, [2]],
    ['garbage', 7, { a: '2' }, [1, 3]],
    ['garbage', 1, {}, [1, 2, 3]],
  ] as const)(
    'and is %s (%d) says %o by its whole lines, and tells which others are dropped',
    async (how, seed, entries, dropped) => {
      expect(await readAfter(how, seed)).toEqual({ entries, dropped });
    },
  );
});

describe('a marker that was damaged', () => {
  const document = loadBalancerDocument();
  const { id } = document;

  /** A load balancer that agent-2 took over from agent-1 on their host. */
  async function host() {
    const virtual = new Virtual();
    const told: string[] = [];
    const markers: MarkerDisk = new MarkerDisk({
      device: () => device,
      damaged: (_, how) => told.push(how),
      forgot: (_, now) => told.push(`forgot, and says ${now?.epoch ?? 'nothing'}`),
      mended: (_, { epoch }) => told.push(`mended ${epoch}`),
    });
    const device: MemoryDevice = new MemoryDevice({
      clock: virtual.clock,
      admit: (each) => markers.admit(each),
      onEntry: () => markers.written(id),
    });
    const apply = (agent: string, epoch: number) =>
      virtual.settled(device.apply(agent, { id, epoch, generation: 1, document }));
    await apply('agent-1', 1);
    await apply('agent-2', 2);
    return { device, markers, told, apply, virtual };
  }

  test.each<MarkerDamage>(['missing', 'torn', 'garbage'])(
    'and is %s keeps everybody out, and what runs runs on, until it is made anew',
    async (how) => {
      const { device, markers, told, apply } = await host();

      markers.damage(id, how);
      await expect(apply('agent-2', 9)).rejects.toBeInstanceOf(DamagedMarker);
      const ran = device.isServed(id);
      markers.mend(id, 3, false);

      expect(ran).toBe(true);
      expect(told).toEqual([how, 'mended 3']);
      expect(markers.holder(id)).toBeNull();
      await expect(apply('agent-2', 2)).rejects.toMatchObject({ marker: { epoch: 3 } });
      await apply('agent-2', 3);
      expect(markers.holder(id)).toBe('agent-2');
    },
  );

  test('of what was deleted is made anew, and what runs ends only by its removal', async () => {
    const { device, markers, virtual } = await host();

    markers.damage(id, 'torn');
    markers.mend(id, 1, true);
    const ran = device.isServed(id);
    await virtual.settled(device.remove('agent-2', { id, epoch: 1, generation: 0 }));

    expect(ran).toBe(true);
    expect(device.isServed(id)).toBe(false);
    expect(device.log.at(-1)).toMatchObject({ kind: 'removed', epoch: 1 });
  });

  test('by a backup says what it said before, of what runs now', async () => {
    const { device, markers, told } = await host();

    markers.damage(id, 'older');

    expect(told).toEqual(['forgot, and says 1', 'older']);
    expect(device.peek(id)).toMatchObject({ running: true, marker: { epoch: 1, generation: 1 } });
    expect(markers.holder(id)).toBe('agent-1');
  });

  test('is forgotten where it was a tombstone, and nothing else is left', async () => {
    const { device, markers, told, virtual } = await host();
    await virtual.settled(device.remove('agent-2', { id, epoch: 2, generation: 1 }));

    markers.damage(id, 'missing');

    expect(told).toEqual(['forgot, and says nothing', 'missing']);
    expect(device.peek(id)).toBeNull();
  });
});

// Among them: a marker that is damaged while no controller answers, and journals without their last lines.
test.each([9, 19, 20])('agents come home to damaged disks without harm (%d)', async (seed) => {
  const seen = new Set<string>();
  const observer: Observer = ({ type }) => seen.add(type);

  const { violations } = await simulate({ seed, scenario: damagedDisksScenario, observer });

  expect(violations).toEqual([]);
  expect([...seen]).toEqual(expect.arrayContaining(['journal-damaged', 'damaged', 'mended']));
});
