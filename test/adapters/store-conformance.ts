import { expect } from 'vitest';
import { recordBytesMax, type Store, type StoreChange } from '../../src/ports/store.ts';
import { until } from './until.ts';

export interface StoreCase {
  readonly name: string;
  /** `store` may hold other cases' keys, so each case uses its own. */
  run(store: Store): Promise<void>;
}

/** A watch that writes down what it sees of one case's keys. */
export function watching(store: Store, prefix: string) {
  const changes: StoreChange[] = [];
  let ready = 0;
  let beforeReady = 0;
  const watch = store.watch(
    (change) => {
      // Whether more is to come depends on what other cases have left behind.
      const told: { behind?: true } & StoreChange = { ...change };
      delete told.behind;
      if (change.key.startsWith(`${prefix}.`)) changes.push(told);
    },
    () => {
      ready += 1;
      beforeReady = changes.length;
    },
  );
  return {
    changes,
    ready: () => until('the watch is ready', () => ready > 0),
    readyCount: () => ready,
    countBeforeReady: () => beforeReady,
    stop: () => watch.stop(),
  };
}

async function committed(write: ReturnType<Store['create']>): Promise<number> {
  const result = await write;
  if (!result.committed) throw new Error('expected the write to be committed');
  return result.revision;
}

/** A server syncs each of these by itself, and the last one has to be answered in time on a slow disk, too. */
const inFlight = 64;

/** What every store does; the same cases run against the twin and against real JetStream. */
export const storeCases: readonly StoreCase[] = [
  {
    name: 'gives back what was written, with its revision',
    async run(store) {
      expect(await store.get('basic.x')).toBeNull();
      const first = await committed(store.create('basic.x', '{"größe":1}', 'w1'));
      expect(await store.get('basic.x')).toEqual({
        key: 'basic.x',
        value: '{"größe":1}',
        revision: first,
      });
      const second = await committed(store.update('basic.x', 'two', first, 'w2'));
      expect(second).toBeGreaterThan(first);
      expect(await store.get('basic.x')).toMatchObject({ value: 'two', revision: second });
    },
  },
  {
    name: 'knows its newest revision, be it a removal',
    async run(store) {
      const written = await committed(store.create('newest.x', 'x', 'w1'));
      expect(await store.newest()).toBeGreaterThanOrEqual(written);
      const removed = await committed(store.remove('newest.x', written, 'w2'));
      expect(await store.newest()).toBeGreaterThanOrEqual(removed);
    },
  },
  {
    name: 'tells a watch that is ready up to which revision it knows everything, removals too',
    async run(store) {
      const written = await committed(store.create('upto.x', 'x', 'w1'));
      const removed = await committed(store.remove('upto.x', written, 'w2'));
      let known = 0;
      const watch = store.watch(
        () => undefined,
        (revision) => (known = revision),
      );
      await until('the watch is ready', () => known > 0);
      watch.stop();
      expect(known).toBeGreaterThanOrEqual(removed);
    },
  },
  {
    name: 'knows what was removed from what never was',
    async run(store) {
      const revision = await committed(store.create('removed.x', 'value', 'w1'));
      expect(await store.wasRemoved('removed.x')).toBe(false);
      await committed(store.remove('removed.x', revision, 'w2'));
      expect(await store.wasRemoved('removed.x')).toBe(true);
      expect(await store.wasRemoved('removed.never')).toBe(false);
    },
  },
  {
    name: 'creates a key only once',
    async run(store) {
      await committed(store.create('once.x', 'mine', 'w1'));
      expect(await store.create('once.x', 'yours', 'w2')).toEqual({ committed: false });
      expect(await store.get('once.x')).toMatchObject({ value: 'mine' });
    },
  },
  {
    name: 'refuses an update and a removal with an old revision',
    async run(store) {
      const first = await committed(store.create('cas.x', 'one', 'w1'));
      await committed(store.update('cas.x', 'two', first, 'w2'));
      expect(await store.update('cas.x', 'lost', first, 'w3')).toEqual({ committed: false });
      expect(await store.remove('cas.x', first, 'w4')).toEqual({ committed: false });
      expect(await store.update('cas.other', 'lost', first, 'w5')).toEqual({ committed: false });
      expect(await store.get('cas.x')).toMatchObject({ value: 'two' });
    },
  },
  {
    name: 'lets one of many win',
    async run(store) {
      const first = await committed(store.create('race.x', 'start', 'w0'));
      const writes = Array.from({ length: 64 }, (_, index) =>
        store.update('race.x', `by ${index}`, first, `w${index + 1}`),
      );
      const winners = (await Promise.all(writes)).flatMap((result, index) =>
        result.committed ? [{ index, revision: result.revision }] : [],
      );
      expect(winners).toHaveLength(1);
      const [winner] = winners;
      expect(await store.get('race.x')).toMatchObject({
        value: `by ${winner?.index}`,
        revision: winner?.revision,
      });
    },
  },
  {
    name: 'commits a repeated write once and answers with its revision',
    async run(store) {
      const created = await committed(store.create('again.x', 'one', 'w1'));
      expect(await store.create('again.x', 'one', 'w1')).toEqual({
        committed: true,
        revision: created,
      });
      const updated = await committed(store.update('again.x', 'two', created, 'w2'));
      await committed(store.update('again.x', 'three', updated, 'w3'));
      // Even after somebody else's write, the repeated one hears its own fate.
      expect(await store.update('again.x', 'two', created, 'w2')).toEqual({
        committed: true,
        revision: updated,
      });
      expect(await store.get('again.x')).toMatchObject({ value: 'three' });
    },
  },
  {
    name: 'keeps the write ids of different keys apart',
    async run(store) {
      const one = await committed(store.create('ids.one', 'one', 'same'));
      const two = await committed(store.create('ids.two', 'two', 'same'));
      expect(two).not.toBe(one);
      expect(await store.get('ids.two')).toMatchObject({ value: 'two' });
    },
  },
  {
    name: 'never gives a removed key a value again at revision 0',
    async run(store) {
      expect(await store.update('never.new', 'one', 0, 'w1')).toMatchObject({ committed: true });
      expect(await store.update('never.new', 'two', 0, 'w2')).toEqual({ committed: false });
      const first = await committed(store.create('never.x', 'one', 'w3'));
      await committed(store.remove('never.x', first, 'w4'));
      expect(await store.update('never.x', 'two', 0, 'w5')).toEqual({ committed: false });
      expect(await store.get('never.x')).toBeNull();
    },
  },
  {
    name: 'removes, and creates again on top of the removal',
    async run(store) {
      const first = await committed(store.create('tomb.x', 'one', 'w1'));
      const removed = await committed(store.remove('tomb.x', first, 'w2'));
      expect(removed).toBeGreaterThan(first);
      expect(await store.get('tomb.x')).toBeNull();
      expect(await store.remove('tomb.x', first, 'w2')).toEqual({
        committed: true,
        revision: removed,
      });
      expect(await store.update('tomb.x', 'lost', first, 'w3')).toEqual({ committed: false });
      const again = await committed(store.create('tomb.x', 'two', 'w4'));
      expect(again).toBeGreaterThan(removed);
      expect(await store.create('tomb.x', 'two', 'w4')).toEqual({
        committed: true,
        revision: again,
      });
      expect(await store.create('tomb.x', 'three', 'w5')).toEqual({ committed: false });
      expect(await store.get('tomb.x')).toMatchObject({ value: 'two', revision: again });
    },
  },
  {
    name: 'takes an answer from before what the reader knows for none',
    async run(store) {
      await expect(store.get('past.x', 0)).rejects.toMatchObject({ name: 'StoreUnavailable' });
      const first = await committed(store.create('past.x', 'one', 'w1'));
      expect(await store.get('past.x', first - 1)).toMatchObject({ value: 'one' });
      const early = store.get('past.x', first);
      await expect(early).rejects.toMatchObject({ name: 'StoreUnavailable' });
      await committed(store.remove('past.x', first, 'w2'));
      expect(await store.get('past.x', first)).toBeNull();
    },
  },
  {
    name: 'takes a record at the limit, and refuses one byte more before sending it',
    async run(store) {
      const atLimit = 'x'.repeat(recordBytesMax);
      const first = await committed(store.create('big.x', atLimit, 'w1'));
      expect((await store.get('big.x'))?.value.length).toBe(recordBytesMax);
      const above = `${'x'.repeat(recordBytesMax - 1)}ü`;
      await expect(store.update('big.x', above, first, 'w2')).rejects.toMatchObject({
        name: 'RecordTooLarge',
      });
    },
  },
  {
    name: 'refuses a key that is none',
    async run(store) {
      for (const key of ['', 'a..b', '.a', 'a.', 'a b', 'a.*', 'a.>', 'ä']) {
        await expect(store.get(key)).rejects.toThrow('is no key');
        await expect(store.create(key, '', 'w')).rejects.toThrow('is no key');
      }
    },
  },
  {
    name: 'shows a watch what is there, then says ready, then each change in order',
    async run(store) {
      const a = await committed(store.create('watch.a', 'a1', 'w1'));
      const gone = await committed(store.create('watch.gone', 'x', 'w2'));
      await committed(store.remove('watch.gone', gone, 'w3'));
      const b = await committed(store.create('watch.b', 'b1', 'w4'));
      const watch = watching(store, 'watch');
      await watch.ready();
      expect(watch.countBeforeReady()).toBe(2);
      const a2 = await committed(store.update('watch.a', 'a2', a, 'w5'));
      const b2 = await committed(store.remove('watch.b', b, 'w6'));
      const a3 = await committed(store.update('watch.a', 'a3', a2, 'w7'));
      await until('all changes are there', () => watch.changes.length >= 5);
      watch.stop();
      expect(watch.changes).toEqual([
        { type: 'put', key: 'watch.a', value: 'a1', revision: a },
        { type: 'put', key: 'watch.b', value: 'b1', revision: b },
        { type: 'put', key: 'watch.a', value: 'a2', revision: a2 },
        { type: 'removed', key: 'watch.b', revision: b2 },
        { type: 'put', key: 'watch.a', value: 'a3', revision: a3 },
      ]);
      expect(watch.readyCount()).toBe(1);
    },
  },
  {
    name: 'shows each of two watches every change, and a stopped one nothing more',
    async run(store) {
      const stopped = watching(store, 'two');
      const other = watching(store, 'two');
      await Promise.all([stopped.ready(), other.ready()]);
      const first = await committed(store.create('two.x', '1', 'w1'));
      await until('both saw it', () => stopped.changes.length + other.changes.length === 2);
      stopped.stop();
      await committed(store.update('two.x', '2', first, 'w2'));
      await until('the other saw it', () => other.changes.length === 2);
      other.stop();
      expect(stopped.changes).toHaveLength(1);
    },
  },
  {
    name: 'tells a watch that was stopped by its own change nothing more',
    async run(store) {
      await committed(store.create('own.a', '1', 'w1'));
      await committed(store.create('own.b', '2', 'w2'));
      const seen: string[] = [];
      const watch = store.watch(
        ({ key }) => {
          if (!key.startsWith('own.')) return;
          seen.push(key);
          watch.stop();
        },
        () => seen.push('ready'),
      );
      const later = watching(store, 'own');
      await later.ready();
      later.stop();
      expect(seen).toEqual(['own.a']);
    },
  },
  {
    name: 'has many writes in flight, and a watch sees all of them in order',
    async run(store) {
      const watch = watching(store, 'flood');
      await watch.ready();
      const writes = Array.from({ length: inFlight }, (_, index) =>
        committed(store.create(`flood.${index}`, `${index}`, 'w')),
      );
      const revisions = await Promise.all(writes);
      await until('all changes are there', () => watch.changes.length === inFlight);
      watch.stop();
      expect(new Set(revisions).size).toBe(inFlight);
      const seen = watch.changes.map(({ revision }) => revision);
      expect(seen).toEqual(revisions.toSorted((a, b) => a - b));
    },
  },
];
