import { describe, expect, test } from 'vitest';
import { atLeast, formatVersion, parseVersion } from '../../src/setup/versions.mjs';

describe('a version is read from what a program says', () => {
  test.each([
    ['nats-server: v2.10.27', '2.10.27'],
    ['HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/', '2.6.12'],
    ['HAProxy version 3.2-dev5-1 2025/01/01', '3.2.0'],
    ['v20.20.2', '20.20.2'],
  ])('%s', (text, expected) => {
    const version = parseVersion(text);
    expect(version === null ? null : formatVersion(version)).toBe(expected);
  });

  test('a text without one has none', () => {
    expect(parseVersion('command not found')).toBeNull();
  });
});

describe('versions are compared as numbers', () => {
  test.each([
    [[2, 10, 27], true],
    [[2, 10, 28], true],
    [[2, 11, 0], true],
    [[10, 0, 0], true],
    [[2, 10, 9], false],
    [[2, 9, 99], false],
    [[1, 99, 99], false],
  ] as const)('%j against 2.10.27', (version, expected) => {
    expect(atLeast(version, [2, 10, 27])).toBe(expected);
  });
});
