import { describe, expect, test } from 'vitest';
import { Bench, hopMs } from './support/bench.ts';

describe('a write of unknown outcome', () => {
  test.each(['unknown-committed', 'unknown-lost'] as const)(
    '%s: repeated byte for byte, adopted, effects flushed exactly once',
    async (failure) => {
      const bench = new Bench();
      await bench.born();
      const births = bench.sent.length;
      bench.store.failNext(failure);

      const asked = bench.asking({ type: 'say', word: 'hello' });
      const answer = await bench.virtual.settled(asked);
      await bench.virtual.run(10_000);

      const [first, second, ...more] = bench.sent.slice(births);
      expect(answer).toBeNull();
      expect(second).toEqual(first);
      expect(more).toEqual([]);
      expect(bench.said()).toEqual(['hello']);
      expect(bench.committedCount()).toBe(1);
    },
  );

  test('it authorises nothing until its outcome is known', async () => {
    const bench = new Bench({ timings: { retryMs: 500 } });
    await bench.born();
    bench.store.failNext('unknown-committed');

    const asked = bench.asking({ type: 'say', word: 'hello' });
    await bench.virtual.run(2 * hopMs + 100);
    const meanwhile = { stored: bench.committedCount(), said: bench.said() };
    await bench.virtual.settled(asked);

    expect(meanwhile).toEqual({ stored: 1, said: [] });
    expect(bench.said()).toEqual(['hello']);
  });

  test('it is never repeated with newer steps in it: those wait for the next write', async () => {
    const bench = new Bench({ timings: { retryMs: 100 } });
    await bench.born();
    const births = bench.sent.length;
    bench.store.failNext('unknown-lost');

    const first = bench.asking({ type: 'say', word: 'one' });
    await bench.virtual.run(2 * hopMs + 1);
    const second = bench.asking({ type: 'say', word: 'two' });
    await bench.virtual.settled(Promise.all([first, second]));

    const [lost, repeated, next] = bench.sent.slice(births);
    expect(repeated).toEqual(lost);
    expect(next?.writeId).not.toBe(lost?.writeId);
    expect(bench.commits).toEqual([0, 1, 2]);
    expect(bench.said()).toEqual(['one', 'two']);
  });

  test('committed, and forgotten by the store: reading back shows whose write stands there', async () => {
    const bench = new Bench({ timings: { retryMs: 200_000, retryMaxMs: 200_000 } });
    await bench.born();
    bench.store.failNext('unknown-committed');

    // The store remembers write ids for two minutes, and the repetition comes after that.
    const answer = await bench.ask({ type: 'say', word: 'hello' });

    expect(answer).toBeNull();
    expect(bench.gets).toEqual(['a']);
    // Adopted, not taken again: that would have counted twice.
    expect(bench.effects).toEqual([{ what: 'hello', count: 1, committedCount: 1 }]);
    expect(bench.host.conditions().get('a')).toEqual({ type: 'running' });
  });

  test('lost, while someone else wrote: the event is taken again on the newer record', async () => {
    const bench = new Bench({ timings: { retryMs: 100 } });
    await bench.born();
    bench.store.failNext('unknown-lost');

    const asked = bench.asking({ type: 'say', word: 'hello' });
    await bench.virtual.run(2 * hopMs + 1);
    await bench.foreignWrite({ count: 40 });
    const answer = await bench.virtual.settled(asked);

    expect(answer).toBeNull();
    expect(bench.effects).toEqual([{ what: 'hello', count: 41, committedCount: 41 }]);
  });
});

describe('a store that refuses', () => {
  test('for long: nothing leaves, nothing is lost, and all is well when it is back', async () => {
    const bench = new Bench();
    await bench.born();
    for (let refusal = 0; refusal < 20; refusal += 1) bench.store.failNext('unavailable');

    const asked = ['one', 'two'].map((word) => bench.asking({ type: 'say', word }));
    await bench.virtual.run(9_000);
    const meanwhile = bench.said();
    const condition = bench.host.conditions().get('a');
    await bench.virtual.settled(Promise.all(asked));

    expect(meanwhile).toEqual([]);
    expect(condition).toEqual({ type: 'running' });
    expect(bench.said()).toEqual(['one', 'two']);
  });

  test('it is asked again with a backoff that grows to its greatest value', async () => {
    const bench = new Bench({ timings: { retryMs: 50, retryMaxMs: 400 } });
    await bench.born();
    for (let refusal = 0; refusal < 6; refusal += 1) bench.store.failNext('unavailable');

    const startedAt = bench.virtual.time.nowMs;
    await bench.ask({ type: 'add' });

    const waits = 50 + 100 + 200 + 400 + 400 + 400;
    expect(bench.virtual.time.nowMs - startedAt).toBe(waits + 6 * hopMs + 2 * hopMs);
  });
});
