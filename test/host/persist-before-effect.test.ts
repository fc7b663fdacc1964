import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StoreFailure } from '../../simulator/world/store/virtual-store.ts';
import { Bench, hopMs } from './support/bench.ts';

describe('persist before effect', () => {
  test('an effect waits until the record that justifies it is committed', async () => {
    const bench = new Bench();
    await bench.born();

    bench.host.tell('a', { type: 'say', word: 'hello' });
    await bench.virtual.run(hopMs - 1);
    const before = bench.said();
    await bench.virtual.until('it spoke', () => bench.effects.length > 0);

    expect(before).toEqual([]);
    expect(bench.effects).toEqual([{ what: 'hello', count: 1, committedCount: 1 }]);
  });

  test('a child that leaves the process starts only after its commit', async () => {
    const bench = new Bench();
    await bench.born();

    bench.host.tell('a', { type: 'ring' });
    await bench.virtual.run(hopMs - 1);
    const before = bench.said();
    await bench.virtual.until('the bell rang', () => bench.effects.length > 0);

    expect(before).toEqual([]);
    expect(bench.effects).toEqual([{ what: 'bell', count: 1, committedCount: 1 }]);
  });

  test('a child whose state was left before the commit never starts', async () => {
    const bench = new Bench();
    await bench.born();

    bench.host.tell('a', { type: 'ring' });
    bench.host.tell('a', { type: 'quiet' });
    await bench.virtual.run(1_000);

    expect(bench.said()).toEqual([]);
    expect(bench.record()?.value).toBe('idle');
  });

  test('a caller is answered after the commit, not before', async () => {
    const bench = new Bench();
    await bench.born();

    let answered = false;
    const asked = bench.asking({ type: 'add' }).finally(() => {
      answered = true;
    });
    await bench.virtual.run(hopMs - 1);
    const early = answered;
    await bench.virtual.settled(asked);

    expect(early).toBe(false);
    expect(bench.committedCount()).toBe(1);
  });

  test('a caller whose event changes nothing waits for the commits before it', async () => {
    const bench = new Bench();
    await bench.born();

    bench.host.tell('a', { type: 'add' });
    expect(await bench.ask({ type: 'nothing' })).toBeNull();

    expect(bench.committedCount()).toBe(1);
    expect(bench.sent).toHaveLength(2);
  });

  test('an effect that an earlier commit authorises may leave at once', async () => {
    const bench = new Bench({
      early: (_, live, committed) => committed !== null && live.count < 2,
    });
    await bench.born();

    bench.host.tell('a', { type: 'say', word: 'granted' });
    const first = bench.said();
    bench.host.tell('a', { type: 'say', word: 'not granted' });

    expect(first).toEqual(['granted']);
    expect(bench.said()).toEqual(['granted']);
    await bench.virtual.run(100);
    expect(bench.said()).toEqual(['granted', 'not granted']);
  });

  test('steps that follow each other share one write of the latest of them', async () => {
    const bench = new Bench();
    await bench.born();
    const births = bench.sent.length;

    const asked = [1, 2, 3].map(() => bench.asking({ type: 'add' }));
    const answers = await bench.virtual.settled(Promise.all(asked));

    expect(answers).toEqual([null, null, null]);
    expect(bench.sent.length - births).toBe(1);
    expect(bench.committedCount()).toBe(3);
  });

  test('steps taken while a write is under way go into one next write', async () => {
    const bench = new Bench();
    await bench.born();
    const births = bench.sent.length;

    const first = bench.asking({ type: 'say', word: 'one' });
    await bench.virtual.run(1);
    const later = ['two', 'three', 'four'].map((word) => bench.asking({ type: 'say', word }));
    await bench.virtual.settled(Promise.all([first, ...later]));

    expect(bench.sent.length - births).toBe(2);
    expect(bench.commits).toEqual([0, 1, 4]);
    expect(bench.effects).toEqual([
      { what: 'one', count: 1, committedCount: 1 },
      { what: 'two', count: 2, committedCount: 4 },
      { what: 'three', count: 3, committedCount: 4 },
      { what: 'four', count: 4, committedCount: 4 },
    ]);
  });

  test('two actors do not wait for each other', async () => {
    const bench = new Bench();
    await bench.born('a');
    await bench.born('b');
    bench.store.failNext('unavailable');

    const slow = bench.asking({ type: 'add' }, 'a');
    const quick = bench.asking({ type: 'add' }, 'b');
    await bench.virtual.settled(quick);

    expect(bench.committedCount('b')).toBe(1);
    expect(bench.committedCount('a')).toBe(0);
    expect(await bench.virtual.settled(slow)).toBeNull();
  });

  test('whatever the store does, no effect is ahead of its record, and each happens once', async () => {
    const failure = fc.constantFrom<StoreFailure>(
      'unavailable',
      'unknown-committed',
      'unknown-lost',
    );
    const move = fc.oneof(
      { weight: 4, arbitrary: fc.constant({ type: 'say' as const }) },
      { weight: 2, arbitrary: failure.map((of) => ({ type: 'fail' as const, of })) },
      { weight: 2, arbitrary: fc.nat(60).map((ms) => ({ type: 'run' as const, ms })) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 25 }), async (moves) => {
        const bench = new Bench();
        await bench.born();
        const words: string[] = [];
        const asked: Promise<string | null>[] = [];
        for (const step of moves) {
          if (step.type === 'fail') bench.store.failNext(step.of);
          else if (step.type === 'run') await bench.virtual.run(step.ms);
          else {
            words.push(`word ${words.length}`);
            asked.push(bench.asking({ type: 'say', word: words.at(-1)! }));
          }
        }
        const answers = await bench.virtual.settled(Promise.all(asked));

        expect(answers.every((answer) => answer === null)).toBe(true);
        expect(bench.said()).toEqual(words);
        for (const { count, committedCount } of bench.effects) {
          expect(committedCount).toBeGreaterThanOrEqual(count);
        }
        expect(bench.committedCount()).toBe(words.length);
      }),
      { numRuns: 150, seed: 1 },
    );
  });
});
