import { expect, test } from 'vitest';
import { NextServer } from '../../src/adapters/next-server.ts';

const one = { listen: '127.0.0.1:4222' };
const two = { listen: '127.0.0.1:4223' };

test('the choice is the library’s own while no server was left', () => {
  expect(new NextServer().choose([one, two])).toBeNull();
});

test('a server that was left is passed over once, and then has its turn again', () => {
  const next = new NextServer();

  next.leave(one.listen);

  expect(next.choose([two, one])).toBeNull();
  expect(next.choose([one, two])).toBe(two);
  expect(next.choose([one, two])).toBeNull();
});

test('the only server is tried again', () => {
  const next = new NextServer();

  next.leave(one.listen);

  expect(next.choose([one])).toBeNull();
});
