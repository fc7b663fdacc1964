import { describe, expect, test } from 'vitest';
import { VirtualStore } from '../../simulator/world/store/virtual-store.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { StoreChange } from '../../src/ports/store.ts';
import { Virtual } from '../host/support/virtual.ts';
import { storeCases } from './store-conformance.ts';

const hopMs = 5;

/** A store on virtual time; `one` and `two` are processes that use it. */
class Bench {
  readonly virtual = new Virtual();
  readonly store: VirtualStore;
  readonly one;
  readonly two;

  constructor(chance: (share: number) => boolean = () => false) {
    this.store = new VirtualStore(this.virtual.clock, { delayMs: () => hopMs, chance });
    this.one = this.store.as('one');
    this.two = this.store.as('two');
  }

  async put(key: string, value: string, revision: number): Promise<number> {
    const write =
      revision === 0
        ? this.one.create(key, value, `${key}=${value}`)
        : this.one.update(key, value, revision, `${key}=${value}`);
    const result = await this.virtual.settled(write);
    if (!result.committed) throw new Error('expected the write to be committed');
    return result.revision;
  }

  watchAs(process: 'one' | 'two'): StoreChange[] {
    const changes: StoreChange[] = [];
    this[process].watch(
      (change) => changes.push(change),
      () => undefined,
    );
    return changes;
  }
}

describe('the virtual store', () => {
  for (const { name, run } of storeCases) {
    test(name, () => run(new VirtualStore(systemClock)));
  }
});

describe('the virtual store, while its watches lag', () => {
  for (const { name, run } of storeCases) {
    test(name, () => {
      const store = new VirtualStore(systemClock);
      store.line('late').lag(20);
      return run(store.as('late'));
    });
  }
});

describe('what goes wrong at a virtual store', () => {
  test('fails the next write as told, and only that one', async () => {
    const { virtual, store } = new Bench();
    store.failNext('unavailable');
    store.failNext('unknown-lost');
    store.failNext('unknown-committed');
    const create = () => virtual.settled(store.create('x', 'value', 'w'));
    await expect(create()).rejects.toMatchObject({ name: 'StoreUnavailable' });
    await expect(create()).rejects.toMatchObject({ name: 'UnknownOutcome' });
    expect(store.snapshot()).toEqual([]);
    await expect(create()).rejects.toMatchObject({ name: 'UnknownOutcome' });
    expect(store.snapshot()).toEqual([{ key: 'x', value: 'value', revision: 1 }]);
    expect(await create()).toEqual({ committed: true, revision: 1 });
  });

  test('takes no write and answers no read without a leader, and tells watches what it has', async () => {
    const bench = new Bench((share) => share === 0.5);
    await bench.put('x', 'value', 0);
    bench.store.loseLeader();
    const write = bench.virtual.settled(bench.one.create('y', 'lost', 'w'));
    await expect(write).rejects.toMatchObject({ name: 'StoreUnavailable' });
    const read = bench.virtual.settled(bench.one.get('x'));
    await expect(read).rejects.toMatchObject({ name: 'StoreUnavailable' });
    const changes = bench.watchAs('one');
    await bench.virtual.run(100);
    expect(changes).toMatchObject([{ key: 'x' }]);
    bench.store.electLeader();
    expect(await bench.put('y', 'taken', 0)).toBe(2);
  });

  test('lets the next leader commit what was under way to the last one, or not', async () => {
    for (const inherited of [true, false]) {
      const bench = new Bench(() => inherited);
      const write = bench.virtual.settled(bench.one.create('x', 'value', 'w'));
      bench.store.loseLeader();
      await expect(write).rejects.toMatchObject({ name: 'UnknownOutcome' });
      expect(bench.store.snapshot()).toEqual([]);
      bench.store.electLeader();
      expect(bench.store.snapshot()).toHaveLength(inherited ? 1 : 0);
    }
  });

  test('answers the reads of one process from the past', async () => {
    const bench = new Bench();
    await bench.virtual.run(1_000);
    const first = await bench.put('x', 'old', 0);
    await bench.virtual.run(2_000);
    await bench.put('x', 'new', first);
    bench.store.line('one').staleMs = 1_000;
    expect(await bench.virtual.settled(bench.one.get('x'))).toMatchObject({ value: 'old' });
    expect(await bench.virtual.settled(bench.two.get('x'))).toMatchObject({ value: 'new' });
    bench.store.line('one').staleMs = 3_000;
    expect(await bench.virtual.settled(bench.one.get('x'))).toBeNull();
  });

  test('tells a watch that was blind the newest of each key, and what was removed', async () => {
    const bench = new Bench();
    const changes = bench.watchAs('one');
    const a = await bench.put('a', '1', 0);
    const b = await bench.put('b', '1', 0);
    await bench.virtual.run(100);
    bench.store.line('one').goBlind();
    const a2 = await bench.put('a', '2', a);
    const a3 = await bench.put('a', '3', a2);
    await bench.virtual.settled(bench.one.remove('b', b, 'gone'));
    await bench.virtual.run(100);
    expect(changes).toHaveLength(2);
    bench.store.line('one').see();
    await bench.virtual.run(100);
    expect(changes.slice(2)).toEqual([
      { type: 'put', key: 'a', value: '3', revision: a3, behind: true },
      { type: 'removed', key: 'b', revision: a3 + 1 },
    ]);
  });

  test('tells a watch that was late everything at once when it is late no longer, in order', async () => {
    const bench = new Bench();
    const changes = bench.watchAs('one');
    bench.store.line('one').lag(60_000);
    await bench.put('a', '1', 0);
    await bench.put('b', '1', 0);
    await bench.virtual.run(1_000);
    expect(changes).toEqual([]);
    bench.store.line('one').lag(0);
    await bench.put('c', '1', 0);
    await bench.virtual.run(100);
    expect(changes.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
  });

  test('opens a watch that begins in the dark when it sees again', async () => {
    const bench = new Bench();
    bench.store.line('one').goBlind();
    const changes = bench.watchAs('one');
    await bench.put('a', '1', 0);
    expect(changes).toEqual([]);
    bench.store.line('one').see();
    await bench.virtual.run(100);
    expect(changes).toMatchObject([{ key: 'a', value: '1' }]);
  });

  test('tells a watch again what it had told', async () => {
    const bench = new Bench();
    const changes = bench.watchAs('one');
    const a = await bench.put('a', '1', 0);
    await bench.put('b', '1', 0);
    await bench.put('a', '2', a);
    await bench.virtual.run(100);
    bench.store.line('one').repeat(2);
    await bench.virtual.run(100);
    expect(changes.slice(3).map(({ key }) => key)).toEqual(['b', 'a']);
  });

  test('loses its newest writes with its power, and gives their revisions again', async () => {
    const bench = new Bench();
    const told: string[] = [];
    bench.one.watch(
      (change) => told.push(`${change.key}@${change.revision}`),
      () => told.push('ready'),
      () => told.push('rewound'),
    );
    const a = await bench.put('a', '1', 0);
    await bench.virtual.run(1_000);
    await bench.put('a', '2', a);
    await bench.put('b', '1', 0);
    await bench.virtual.run(100);

    bench.store.line('one').disconnect();
    bench.store.losePower(500);
    bench.store.line('one').connect();
    await bench.virtual.run(100);

    expect(bench.store.snapshot()).toEqual([{ key: 'a', value: '1', revision: a }]);
    expect(told).toEqual(['ready', 'a@1', 'a@2', 'b@3', 'rewound', 'a@1', 'ready']);
    expect(await bench.put('b', 'again', 0)).toBe(2);
  });

  test('takes no write of a process whose watch has not told what changed while it was away', async () => {
    const bench = new Bench();
    const told: string[] = [];
    bench.one.watch(
      ({ key }) => told.push(key),
      (revision) => told.push(`ready at ${revision}`),
    );
    await bench.put('a', '1', 0);
    await bench.virtual.run(100);
    bench.store.line('one').disconnect();
    const other = bench.two.create('b', '1', 'other');
    await bench.virtual.settled(other);

    bench.store.line('one').connect();

    await expect(bench.put('c', '1', 0)).rejects.toMatchObject({ name: 'StoreUnavailable' });
    await bench.virtual.run(100);
    expect(told).toEqual(['ready at 0', 'a', 'b', 'ready at 2']);
    expect(await bench.put('c', '1', 0)).toBe(3);
  });

  test('tells its newest revision only to those whose watch has told what changed', async () => {
    const bench = new Bench();
    bench.watchAs('one');
    await bench.put('a', '1', 0);
    await bench.virtual.run(100);
    const [line, newest] = [
      bench.store.line('one'),
      () => bench.virtual.settled(bench.one.newest()),
    ];
    line.disconnect();
    line.lag(50);
    line.connect();

    await expect(newest()).rejects.toMatchObject({ name: 'StoreUnavailable' });
    expect(await bench.virtual.settled(bench.two.newest())).toBe(1);
    await bench.virtual.run(100);
    expect(await newest()).toBe(1);
  });
});
