import { expect, test } from 'vitest';
import { formatMoment } from '../../../src/inspector/page/parts/format.ts';

const zeroMs = 1_767_225_600_000;

test.each([
  [17_033, '0:17.033'],
  [0, '0:00.000'],
  [3_725_004, '1:02:05.004'],
  [-1_500, '−0:01.500'],
])('a moment of virtual time is told from its zero: %i ms as %s', (sinceMs, text) => {
  expect(formatMoment(zeroMs + sinceMs, zeroMs)).toBe(text);
});
