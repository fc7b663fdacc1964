import { describe, expect, test } from 'vitest';
import { readRetryAfter, restMs, retryAfterMaxMs } from '../../drivers/contract/retry-after.ts';

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);

describe('Retry-After', () => {
  test.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Fri, 02 Jan 2026 03:04:35 GMT', 30_000],
    ['Friday, 02-Jan-26 03:04:35 GMT', 30_000],
    ['Fri, 02 Jan 2026 03:04:00 GMT', 0],
    [null, null],
    ['', null],
    ['-5', null],
    ['1.5', null],
    ['soon', null],
    ['Monday', null],
    ['2026-01-02', null],
  ])('%j is %j ms', (header, expected) => {
    expect(readRetryAfter(header, nowMs)).toBe(expected);
  });
});

test.each([
  ['nothing was asked', 500, null, 500],
  ['less was asked', 500, 0, 500],
  ['more was asked', 500, 7_000, 7_000],
  ['as much as may be was asked', 500, retryAfterMaxMs, retryAfterMaxMs],
  ['more than may be was asked', 500, retryAfterMaxMs + 1, retryAfterMaxMs],
])('where %s, %i ms and %j make %i', (_, own, asked, expected) => {
  expect(restMs(own, asked)).toBe(expected);
});
