import { expect, test } from 'vitest';
import { changesOf } from '../../drivers/caddy/difference.ts';
import type { Json } from '../../drivers/caddy/json.ts';
import { nothingRuns } from '../../machines/health/operating.ts';

const marker = { epoch: 1, generation: 1, removed: false };

function held(first: Json, parts: Readonly<Record<string, Json>> = {}, names: string[] = []) {
  const rest = { format: 1, holder: 'a', content: '', bound: 1, operating: nothingRuns } as const;
  return { entry: { ...marker, ...rest, parts: names }, first, parts };
}

const words = 'the device has another configuration than was written';

test('what differs is named: changed, added, taken away; the order of keys is no difference', () => {
  const content = { first: { a: 1, b: { c: 2, d: 3 }, gone: true }, parts: {} };
  const found = held({ added: 1, b: { d: 3, c: 2 }, a: 2 });

  expect(changesOf(found, { marker, content })).toBe(`${words}: a, added, gone`);
});

test('what differs at a further listener is named with it, and a whole one that is missing', () => {
  const content = { first: {}, parts: { 'lb.one': { a: 1 }, 'lb.two': { a: 1 } } };
  const found = held({}, { 'lb.one': { a: 2 } }, ['lb.one', 'lb.two']);

  expect(changesOf(found, { marker, content })).toBe(`${words}: a of lb.one, the whole of lb.two`);
});

test('five are named, the rest are counted', () => {
  const server = (keys: string) => Object.fromEntries(keys.split('').map((key) => [key, 1]));
  const changes = (keys: string) =>
    changesOf(held(server(keys)), { marker, content: { first: {}, parts: {} } });

  expect(changes('abcde')).toBe(`${words}: a, b, c, d, e`);
  expect(changes('abcdef')).toBe(`${words}: a, b, c, d, e, and 1 more`);
});

test('where only the epoch was written, it is not known what differs', () => {
  expect(changesOf(held({ a: 1 }), { marker, content: null })).toBe(words);
});
