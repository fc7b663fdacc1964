import { expect, test } from 'vitest';
import { NameOrder, namesKnownMax } from '../../../src/inspector/model/name-order.ts';

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

test('of very many names, the old ones are forgotten, and what is there is still in order', () => {
  const order = new NameOrder();
  order.sort(
    Array.from({ length: namesKnownMax }, (_, index) => `old-${index}`),
    named,
  );
  expect(sorted(order, 'new-2', 'new-1', 'old-3')).toEqual(['new-1', 'new-2', 'old-3']);
});
