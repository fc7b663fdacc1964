import { describe, expect, test } from 'vitest';
import {
  atLeast,
  natsServerBinary,
  natsServerVersion,
  parseNatsServerVersion,
} from '../../src/nats-server/version.ts';

describe('the version of nats-server', () => {
  test('is read from what it prints', () => {
    expect(parseNatsServerVersion('nats-server: v2.10.27\n')).toMatchObject({
      major: 2,
      minor: 10,
      patch: 27,
      text: '2.10.27',
    });
    expect(parseNatsServerVersion('nats-server: v2.12.0-preview.1').text).toBe('2.12.0');
  });

  test('is refused when too old, with what would be right', () => {
    expect(() => parseNatsServerVersion('nats-server: v2.8.4')).toThrow(
      'nats-server 2.8.4 is too old: Holdfast needs 2.9.0 or newer',
    );
  });

  test('is refused when it is something else', () => {
    expect(() => parseNatsServerVersion('haproxy 2.6')).toThrow('not what nats-server -v prints');
  });

  test('compares numbers, not text', () => {
    const version = parseNatsServerVersion('nats-server: v2.10.0');
    expect(['2.9.25', '2.10.0', '1.99.99'].map((than) => atLeast(version, than))).toEqual([
      true,
      true,
      true,
    ]);
    expect(['2.10.1', '2.11.0', '3.0.0'].map((than) => atLeast(version, than))).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('of a binary that is not there names the way out', async () => {
    await expect(natsServerVersion('/nowhere/nats-server')).rejects.toThrow('HOLDFAST_NATS_SERVER');
  });
});

test('the binary is the named one, else the one on the PATH', () => {
  expect(natsServerBinary({ HOLDFAST_NATS_SERVER: '/x/nats-server' })).toBe('/x/nats-server');
  expect(natsServerBinary({})).toBe('nats-server');
});
