import { expect, test } from 'vitest';
import { TakenVips } from '../../src/vips/taken-vips.ts';
import type { StoreChange } from '../../src/ports/store.ts';

/** What a store's watch tells, and what is said to be lost by it. */
function watched() {
  let tell: (change: StoreChange) => void = () => undefined;
  let becomeReady: () => void = () => undefined;
  const lost: string[] = [];
  const taken = new TakenVips({
    store: {
      watch: (onChange, onReady) => {
        tell = onChange;
        becomeReady = () => onReady(1);
        return { current: true, stop: () => undefined };
      },
    },
    lost: (key) => lost.push(key),
  });
  becomeReady();
  return { taken, lost, tell: (change: StoreChange) => tell(change), ready: () => becomeReady() };
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

  expect(lost).toEqual(['v4-1']);
});
