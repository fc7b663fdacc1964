import { expect, test } from 'vitest';
import { RetryableError } from '../../drivers/contract/errors.ts';
import { ReadBack } from '../../drivers/contract/read-back.ts';
import { delay } from '../../machines/ports/clock.ts';
import { Virtual } from '../host/support/virtual.ts';

const everyMs = 5_000;
const lookMs = 1_000;

/** Reads back every five seconds, which takes a second; and what was looked for, and when. */
function bench() {
  const virtual = new Virtual();
  const { clock } = virtual;
  const looks: { readonly atMs: number; readonly ids: string[] }[] = [];
  const unwatched: string[] = [];
  const readBack = new ReadBack({
    clock,
    everyMs,
    async look(watchers) {
      looks.push({ atMs: virtual.time.nowMs, ids: watchers.map(({ id }) => id) });
      await delay(clock, lookMs);
      for (const watcher of watchers) {
        if (!readBack.isWatching(watcher)) continue;
        watcher.notify({ type: 'drifted', reason: `at ${virtual.time.nowMs}` });
      }
      if (looks.length === 1) throw new RetryableError('busy');
    },
    unwatched: (id) => unwatched.push(id),
  });
  return { virtual, readBack, looks, unwatched };
}

const nobody = () => undefined;

test('looks are taken one after the other, also after one that failed, while anybody watches', async () => {
  const { virtual, readBack, looks } = bench();
  await virtual.run(everyMs);
  expect(looks).toEqual([]);

  const stop = readBack.watch('a', nobody);
  await virtual.run(2 * (everyMs + lookMs));
  stop();
  await virtual.run(10 * everyMs);

  expect(looks.map(({ atMs }) => atMs)).toEqual([2 * everyMs, 3 * everyMs + lookMs]);
  expect(virtual.pending()).toBe(0);
});

test('who comes during a look, or leaves, hears nothing of it', async () => {
  const { virtual, readBack, looks } = bench();
  const heard: string[] = [];
  readBack.watch('a', () => heard.push('a'));
  const leave = readBack.watch('b', () => heard.push('b'));
  await virtual.run(everyMs);

  readBack.watch('c', () => heard.push('c'));
  leave();
  await virtual.run(lookMs);

  expect(looks.map(({ ids }) => ids)).toEqual([['a', 'b']]);
  expect(heard).toEqual(['a']);
});

test('that nobody watches a load balancer any more is told with the last who did', () => {
  const { readBack, unwatched } = bench();
  const [one, other] = [readBack.watch('a', nobody), readBack.watch('a', nobody)];

  one();
  one();
  expect(unwatched).toEqual([]);
  other();

  expect(unwatched).toEqual(['a']);
});

test('looks are taken for others, too, and none once it is closed', async () => {
  const { virtual, readBack, looks } = bench();
  readBack.want();
  await virtual.run(everyMs + lookMs);
  expect(looks).toHaveLength(1);

  readBack.close();
  readBack.watch('a', nobody);
  await virtual.run(10 * everyMs);

  expect(looks).toHaveLength(1);
  expect(virtual.pending()).toBe(0);
});
