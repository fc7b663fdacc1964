import { expect, test } from 'vitest';
import { NameOrder } from '../../../src/inspector/model/name-order.ts';

const named = (name: string) => ({ name, id: name });
const sorted = (order: NameOrder, ...names: string[]) => order.sort(names, named);

test('things are in the order in which people count their names, also when new ones come', () => {
  const order = new NameOrder();
  expect(sorted(order, 'web-10', 'web-9', 'API')).toEqual(['API', 'web-9', 'web-10']);
  expect(sorted(order, 'web-10', 'web-1', 'ärger', 'web-9')).toEqual([
    'ärger',
    'web-1',
    'web-9',
    'web-10',
  ]);
});

test('those of one name are in the order of their ids', () => {
  const twins = ['b', 'a', 'c'].map((id) => ({ name: 'web', id }));
  const ids = new NameOrder().sort(twins, (each) => each).map(({ id }) => id);
  expect(ids).toEqual(['a', 'b', 'c']);
});

test('names beyond the limit are forgotten, and what is there is still in order', () => {
  const order = new NameOrder(3);
  sorted(order, 'old-1', 'old-2');
  expect(sorted(order, 'new-1', 'old-2')).toEqual(['new-1', 'old-2']);
  expect(sorted(order, 'web-2', 'web-1', 'old-1')).toEqual(['old-1', 'web-1', 'web-2']);
});
