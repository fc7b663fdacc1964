import { describe, expect, test } from 'vitest';
import { Bench, hopMs } from './support/bench.ts';

/**
 * A server that was the leader may answer reads from the past. A refused write knows better: something
 * newer than its own revision is there.
 */
describe('a read that is answered from the past', () => {
  test('settles no lost race: it is asked again until it is newer than what is known', async () => {
    const bench = new Bench();
    await bench.born();
    await bench.virtual.run(1_000);
    await bench.foreignWrite({ count: 10 });
    bench.store.line('').staleMs = 3_000;

    const asked = bench.asking({ type: 'say', word: 'patient' });
    await bench.virtual.run(4_000);
    const answer = await bench.virtual.settled(asked);

    expect(answer).toBeNull();
    expect(bench.effects).toEqual([{ what: 'patient', count: 11, committedCount: 11 }]);
    // The refused one and the one on the newer record: nothing was tried on older ones.
    expect(
      bench.sent.filter(({ operation, revision }) => operation === 'update' && revision > 0),
    ).toHaveLength(2);
  });

  test('and is newer than what is known, and yet not the newest, is found out', async () => {
    const older = new Bench();
    await older.born();
    const bench = new Bench({ virtual: older.virtual, store: older.store });
    const [entry] = older.store.snapshot();
    bench.host.restore('a', entry!.value, entry!.revision);
    await older.ask({ type: 'arm', dueAt: Number.MAX_SAFE_INTEGER });
    await older.virtual.run(1_000);
    await older.ask({ type: 'end' });
    bench.store.line('').staleMs = 500;

    // It changes what is known, and nothing of what is read, so it makes nothing be written again.
    bench.host.tell('a', { type: 'ring' });
    await bench.virtual.run(10_000);

    expect(bench.ended).toEqual(['a']);
  });

  test('for good, because the store has lost what was known, is believed after a while', async () => {
    const bench = new Bench();
    await bench.born();
    await bench.foreignWrite({ count: 10 });
    bench.store.line('').staleMs = 1_000_000;

    const asked = bench.asking({ type: 'add' });
    await bench.virtual.run(30_000);
    bench.store.line('').staleMs = 0;

    expect(await bench.virtual.settled(asked)).toBeNull();
    expect(bench.gets.length).toBeGreaterThan(5);
  });
});

describe('an end without a record of one’s own', () => {
  test('leaves no record behind that somebody else had written, unheard of', async () => {
    const older = new Bench();
    await older.born();
    const bench = new Bench({ virtual: older.virtual, store: older.store });

    bench.host.birth('a');
    bench.host.tell('a', { type: 'end' });
    await bench.virtual.until('it has ended', () => bench.ended.length > 0);

    expect(bench.text()).toBeNull();
  });

  test('that was put on record is gone through with by the next process', async () => {
    const first = new Bench();
    first.host.birth('a');
    first.host.tell('a', { type: 'end' });
    await first.virtual.until('its end is on record', () => first.record()?.status === 'done');
    first.host.stop();
    const second = new Bench({ virtual: first.virtual, store: first.store });
    const [entry] = first.store.snapshot();

    second.host.restore('a', entry!.value, entry!.revision);
    await second.virtual.until('it has ended', () => second.ended.length > 0);

    expect(second.text()).toBeNull();
  });

  test('of a record that somebody else has removed is an end as well', async () => {
    const older = new Bench();
    await older.born();
    const [entry] = older.store.snapshot();
    const bench = new Bench({ virtual: older.virtual, store: older.store });
    bench.host.restore('a', entry!.value, entry!.revision);
    await older.ask({ type: 'end' });

    const asked = bench.asking({ type: 'add' });
    await bench.virtual.run(4 * hopMs);

    expect(await bench.virtual.settled(asked)).toBe('ended');
    expect(bench.ended).toEqual(['a']);
  });
});
