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

test('what is yet to be written again stays taken, whatever is told of its address', () => {
  const { taken, lost, tell, ready, again } = watched();

  taken.reserve('v4-1', 'newer');
  again();
  tell({ type: 'put', key: 'v4-1', value: 'older', revision: 1 });
  ready();
  const told = taken.value('v4-1');
  tell({ type: 'removed', key: 'v4-1', revision: 2 });

  expect([told, taken.value('v4-1'), lost]).toEqual(['newer', 'newer', []]);
});

test('what is not written again after all leaves what is on record', () => {
  const { taken, tell } = watched();

  taken.reserve('v4-1', 'newer');
  tell({ type: 'put', key: 'v4-1', value: 'older', revision: 1 });
  taken.unreserve('v4-1');

  expect(taken.value('v4-1')).toBe('older');
});

test('of what is lost, the older record that is back is known', () => {
  const { taken, lost, tell, ready, again } = watched();
  tell({ type: 'put', key: 'v4-1', value: 'newer', revision: 3 });

  again();
  tell({ type: 'put', key: 'v4-1', value: 'older', revision: 1 });
  ready();

  expect([lost, taken.value('v4-1')]).toEqual([['v4-1 newer 1'], 'older']);
});
