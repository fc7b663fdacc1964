import { expect, test } from 'vitest';
import { Remembered } from '../../machines/remembered.ts';

test('the same text is read once, and everybody is given the same', () => {
  const read: string[] = [];
  const remembered = new Remembered<{ text: string }>(100);
  const reading = (text: string) => {
    read.push(text);
    return { text };
  };

  const first = remembered.read('a', reading);
  const second = remembered.read('a', reading);

  expect(second).toBe(first);
  expect(read).toEqual(['a']);
});

test('what was read can be changed by nobody, in no depth', () => {
  const remembered = new Remembered<{ parts: { of: string }[] }>(100);

  const value = remembered.read('a', () => ({ parts: [{ of: 'a' }] }));

  expect(() => value.parts.push({ of: 'b' })).toThrow(TypeError);
  expect(() => Object.assign(value.parts[0] ?? {}, { of: 'b' })).toThrow(TypeError);
});

test('as many characters are remembered as there is room for, and behind the limit all is read anew', () => {
  const read: string[] = [];
  const remembered = new Remembered<object>(4);
  const reading = (text: string) => {
    read.push(text);
    return {};
  };
  for (const text of ['ab', 'cd', 'ab', 'cd']) remembered.read(text, reading);
  expect(read).toEqual(['ab', 'cd']);

  for (const text of ['e', 'e', 'ab']) remembered.read(text, reading);

  expect(read).toEqual(['ab', 'cd', 'e', 'ab']);
});

test('what can not be read is not remembered', () => {
  const remembered = new Remembered<object>(100);
  const refusing = () => {
    throw new SyntaxError('no');
  };

  expect(() => remembered.read('a', refusing)).toThrow(SyntaxError);

  expect(remembered.read('a', () => ({ is: 'read' }))).toEqual({ is: 'read' });
});
