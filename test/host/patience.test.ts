import { describe, expect, test } from 'vitest';
import { Bench, hopMs, leftOf } from './support/bench.ts';

const patienceMs = 1_000;

/** Nobody waits for an odd count: the next one is expected soon. */
async function patient(): Promise<Bench> {
  const bench = new Bench({ patienceMs: (live) => (live.count % 2 === 1 ? patienceMs : 0) });
  await bench.born();
  return bench;
}

describe('a write that may wait', () => {
  test('is written at the end of its patience, counted from the first step', async () => {
    const bench = await patient();
    const births = bench.sent.length;

    bench.host.tell('a', { type: 'add' });
    await bench.virtual.run(patienceMs - 1);
    const before = bench.sent.length - births;
    await bench.virtual.run(1 + hopMs);

    expect(before).toBe(0);
    expect(bench.sent.length - births).toBe(1);
    expect(bench.committedCount()).toBe(1);
  });

  test('holds its effects back as long as it waits', async () => {
    const bench = await patient();

    bench.host.tell('a', { type: 'say', word: 'at last' });
    await bench.virtual.run(patienceMs - 1);
    const before = bench.said();
    await bench.virtual.run(1 + 2 * hopMs);

    expect(before).toEqual([]);
    expect(bench.effects).toEqual([{ what: 'at last', count: 1, committedCount: 1 }]);
  });

  test('shares the write of what comes before its end', async () => {
    const bench = await patient();
    const births = bench.sent.length;

    bench.host.tell('a', { type: 'add' });
    await bench.virtual.run(patienceMs / 2);
    bench.host.tell('a', { type: 'add' });
    await bench.virtual.run(2 * patienceMs);

    expect(bench.sent.length - births).toBe(1);
    expect(bench.committedCount()).toBe(2);
  });

  test('does not wait where somebody waits for it', async () => {
    const bench = await patient();

    const asked = bench.asking({ type: 'add' });
    await bench.virtual.run(2 * hopMs);

    expect(bench.committedCount()).toBe(1);
    expect(await bench.virtual.settled(asked)).toBeNull();
  });

  test('waits no longer once somebody does', async () => {
    const bench = await patient();

    bench.host.tell('a', { type: 'add' });
    await bench.virtual.run(patienceMs / 2);
    const asked = bench.asking({ type: 'nothing' });
    await bench.virtual.run(2 * hopMs);

    expect(bench.committedCount()).toBe(1);
    expect(await bench.virtual.settled(asked)).toBeNull();
  });

  test('waits no longer once the store has lost what it stands on', async () => {
    const bench = await patient();
    await bench.virtual.run(10_000);
    await bench.ask({ type: 'add' });
    await bench.ask({ type: 'add' });

    bench.host.tell('a', { type: 'add' });
    await bench.virtual.run(hopMs);
    bench.store.losePower(5_000);
    await bench.virtual.run(0);
    bench.host.actor('a')?.lost(leftOf(bench));
    await bench.virtual.until(
      'it is on record',
      () => bench.committedCount() === 3,
      patienceMs / 2,
    );

    expect(bench.gets).toEqual([]);
  });

  test('is thought over where somebody else writes the record meanwhile', async () => {
    const bench = await patient();

    bench.host.tell('a', { type: 'add' });
    await bench.foreignWrite({ count: 10 });
    bench.host.actor('a')?.observed(leftOf(bench)?.revision ?? 0);
    await bench.virtual.run(2 * patienceMs);

    expect(bench.committedCount()).toBe(11);
  });

  test('is not written by an actor that was stopped', async () => {
    const bench = await patient();
    const births = bench.sent.length;

    bench.host.tell('a', { type: 'add' });
    await bench.virtual.run(hopMs);
    bench.host.stop();
    await bench.virtual.run(2 * patienceMs);

    expect(bench.sent.length - births).toBe(0);
    expect(bench.virtual.pending()).toBe(0);
  });
});
