import { describe, expect, test } from 'vitest';
import type { MonotonicMs } from '../../machines/ports/clock.ts';
import { presets, renewedAfter } from '../../machines/timings/timings.ts';
import { Authority } from '../../src/controller/shards/authority.ts';
import { Virtual } from '../host/support/virtual.ts';

const { authorityMs, authorityLapseMs } = presets.lan;
const shard = 3;

/** A controller whose writes of its shard's record take some time, and succeed until somebody else has written it. */
function keeper({ writeMs = 10 } = {}) {
  const virtual = new Virtual();
  const writes: number[] = [];
  let isOwner = true;
  const authority = new Authority({
    clock: virtual.clock,
    timings: presets.lan,
    renew: async (_, above) => {
      writes.push(above);
      await new Promise<void>((resolve) => virtual.clock.setTimer(writeMs, resolve));
      return isOwner;
    },
  });
  const claim = ({ clean = true } = {}) =>
    authority.claimed(shard, virtual.clock.monotonicMs(), clean);
  return { virtual, authority, writes, claim, lose: () => (isOwner = false) };
}

describe('a controller may give leases in a shard', () => {
  test('so long after it has sent its claim, and not a moment longer', async () => {
    const { virtual, authority, claim, lose } = keeper();
    claim();
    lose();

    await virtual.run(authorityMs - 1);
    expect(authority.holds(shard)).toBe(true);
    await virtual.run(1);
    expect(authority.holds(shard)).toBe(false);
  });

  test('for as long as it is asked for and its record can be written, counted from the sending', async () => {
    const { virtual, authority, claim, writes } = keeper({ writeMs: 1_000 });
    claim();

    await virtual.run(authorityMs * renewedAfter + 1);
    expect(authority.holds(shard)).toBe(true);
    await virtual.run(authorityMs - 1);
    expect(writes).toHaveLength(1);
    expect(authority.holds(shard)).toBe(true);
    await virtual.run(1);
    expect(authority.holds(shard)).toBe(false);
  });

  test('without a write while nobody asks, and after one when somebody does again', async () => {
    const { virtual, authority, claim, writes } = keeper();
    claim();
    await virtual.run(10 * authorityMs);
    expect(writes).toEqual([]);

    expect(await virtual.settled(authority.obtain(shard))).toBe(true);
    expect(writes).toHaveLength(1);
  });

  test('with one write at a time, however often it is asked for', async () => {
    const { virtual, authority, claim, writes } = keeper({ writeMs: 5_000 });
    claim();
    await virtual.run(authorityMs / 2);

    for (let asked = 0; asked < 10; asked += 1) authority.holds(shard);

    expect(writes).toHaveLength(1);
  });

  test('no longer once a write has shown that somebody else has written', async () => {
    const { virtual, authority, claim, lose } = keeper();
    claim();
    await virtual.run(authorityMs / 2);
    lose();

    expect(authority.holds(shard)).toBe(true);
    await virtual.run(10);
    expect(authority.holds(shard)).toBe(false);
  });

  test('not in one that it has let go of, or never had', () => {
    const { authority, claim } = keeper();
    expect(authority.holds(shard)).toBe(false);
    claim();
    authority.dropped(shard);

    expect(authority.holds(shard)).toBe(false);
  });
});

describe('somebody before it may still give leases', () => {
  test('for as long as he may believe in his authority, where he has not let go of it', async () => {
    const { virtual, authority, claim } = keeper();
    await virtual.run(1_000);
    claim({ clean: false });

    expect(authority.othersUntil(shard)).toBe(
      (virtual.clock.monotonicMs() + authorityLapseMs) as MonotonicMs,
    );
  });

  test('no longer where he has let go of it', async () => {
    const { virtual, authority, claim } = keeper();
    await virtual.run(1_000);
    claim();

    expect(authority.othersUntil(shard)).toBeLessThanOrEqual(virtual.clock.monotonicMs());
  });
});

test('a term that somebody else has had is outdone by a write above it, also while another write is under way', async () => {
  const { virtual, authority, claim, writes } = keeper({ writeMs: 1_000 });
  claim();
  await virtual.run(authorityMs / 2);
  authority.holds(shard);

  expect(await virtual.settled(authority.outdo(shard, 7))).toBe(true);
  expect(writes).toEqual([0, 7]);
});
