import { expect, test } from 'vitest';
import { TakenVips } from '../../src/vips/taken-vips.ts';
import type { StoreChange } from '../../src/ports/store.ts';

/** What a store's watch tells, and what is said to be lost by it. */
function watched() {
  let tell: (change: StoreChange) => void = () => undefined;
  let becomeReady: () => void = () => undefined;
  let beginAgain: () => void = () => undefined;
  const lost: string[] = [];
  const taken = new TakenVips({
    store: {
      watch: (onChange, onReady, onRestart) => {
        tell = onChange;
        becomeReady = () => onReady(1);
        beginAgain = onRestart ?? beginAgain;
        return { current: true, stop: () => undefined };
      },
    },
    lost: (...what) => lost.push(what.join(' ')),
  });
  becomeReady();
  return {
    taken,
    lost,
    tell: (change: StoreChange) => tell(change),
    ready: () => becomeReady(),
    again: () => beginAgain(),
  };
}

test('a write that was told before its answer came is not lost at the next reconnect', () => {
  const { taken, lost, tell, ready } = watched();

  tell({ type: 'put', key: 'v4-1', value: 'one', revision: 1 });
  taken.wrote('v4-1', 1, 'one');
  ready();

  expect(lost).toEqual([]);
});

test('a write that was answered, and by the next reconnect never told, is lost', () => {
  const { taken, lost, ready } = watched();

  taken.wrote('v4-1', 1, 'one');
  ready();

  expect(lost).toEqual(['v4-1 one ']);
});

test('what is yet to be written again is lost once more, where that of an earlier holder is back', () => {
  const { taken, lost, tell, ready, again } = watched();

  taken.reserve('v4-1', 'newer');
  again();
  tell({ type: 'put', key: 'v4-1', value: 'older', revision: 1 });
  ready();

  expect(lost).toEqual(['v4-1 newer 1']);
  expect(taken.value('v4-1')).toBe('newer');
});

test('what is yet to be written again stays taken, whatever somebody removes', () => {
  const { taken, tell } = watched();

  taken.reserve('v4-1', 'newer');
  tell({ type: 'removed', key: 'v4-1', revision: 2 });

  expect(taken.has('v4-1')).toBe(true);
});
