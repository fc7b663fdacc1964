import { describe, expect, test } from 'vitest';
import { Bench, hopMs } from './support/bench.ts';

describe('a lost race for the record', () => {
  test('the actor is reloaded, its events are taken again, and callers stay waiting', async () => {
    const bench = new Bench();
    await bench.born();
    await bench.foreignWrite({ count: 10 });

    const answers = await bench.virtual.settled(
      Promise.all([
        bench.asking({ type: 'say', word: 'one' }),
        bench.asking({ type: 'say', word: 'two' }),
      ]),
    );

    expect(answers).toEqual([null, null]);
    expect(bench.committedCount()).toBe(12);
    expect(bench.effects).toEqual([
      { what: 'one', count: 11, committedCount: 12 },
      { what: 'two', count: 12, committedCount: 12 },
    ]);
  });

  test('what was already committed is not taken again', async () => {
    const bench = new Bench();
    await bench.born();

    await bench.ask({ type: 'say', word: 'kept' });
    await bench.foreignWrite({ count: 10 });
    await bench.ask({ type: 'say', word: 'again' });

    expect(bench.said()).toEqual(['kept', 'again']);
    expect(bench.committedCount()).toBe(11);
  });

  test('events that come while it is reloaded keep their order behind those before', async () => {
    const bench = new Bench();
    await bench.born();
    await bench.foreignWrite({ count: 10 });

    const first = bench.asking({ type: 'say', word: 'first' });
    // The refusal has come, and the newer record is being fetched.
    await bench.virtual.run(2 * hopMs + 1);
    const condition = bench.host.conditions().get('a');
    const second = bench.asking({ type: 'say', word: 'second' });
    await bench.virtual.settled(Promise.all([first, second]));

    expect(condition).toMatchObject({ type: 'restarting' });
    expect(bench.said()).toEqual(['first', 'second']);
  });

  test('while the store answers no reads, it is tried again, and callers stay waiting', async () => {
    const bench = new Bench();
    await bench.born();
    await bench.foreignWrite({ count: 10 });
    bench.refuseGets(3);

    const answer = await bench.ask({ type: 'say', word: 'patient' });

    expect(answer).toBeNull();
    expect(bench.gets).toHaveLength(4);
    expect(bench.effects).toEqual([{ what: 'patient', count: 11, committedCount: 11 }]);
  });

  test('removed by someone else: it is not written again, and its callers wait until it is stopped', async () => {
    const bench = new Bench();
    await bench.born();
    await bench.ask({ type: 'add' });
    const revision = bench.store.snapshot()[0]!.revision;
    await bench.virtual.settled(bench.store.remove('a', revision, 'foreign'));

    const answer = bench.asking({ type: 'add' });
    await bench.virtual.run(5_000);
    expect(bench.store.snapshot()).toEqual([]);
    bench.host.stopActor('a');

    expect(await answer).toBe('ended');
  });
});

describe('a birth', () => {
  test('asks for no record first: the creation decides', async () => {
    const bench = new Bench();
    await bench.born();

    expect(bench.gets).toEqual([]);
    expect(bench.sent.map(({ revision }) => revision)).toEqual([0]);
  });

  test('where a record exists already, it is loaded, and the caller kept', async () => {
    const older = new Bench();
    await older.born();
    await older.ask({ type: 'add' });
    await older.ask({ type: 'add' });
    const bench = new Bench({ virtual: older.virtual, store: older.store });

    bench.host.birth('a');
    const answer = await bench.ask({ type: 'say', word: 'hello' });

    expect(answer).toBeNull();
    expect(bench.effects).toEqual([{ what: 'hello', count: 3, committedCount: 3 }]);
  });

  test('is done once: a second one changes nothing', async () => {
    const bench = new Bench();
    await bench.born();
    await bench.ask({ type: 'add' });

    bench.host.birth('a');
    await bench.virtual.run(1_000);

    expect(bench.host.context('a')?.count).toBe(1);
  });

  test('nobody can be asked where nobody lives', async () => {
    const bench = new Bench();

    expect(await bench.asking({ type: 'add' }, 'stranger')).toBe('ended');
    expect(bench.host.tell('stranger', { type: 'add' })).toBe(false);
  });
});
