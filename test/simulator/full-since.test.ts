import { expect, test } from 'vitest';
import { FullSince } from '../../simulator/evidence/full-since.ts';

const lookMs = 500;

/** An agent that holds too many from 1,000 ms on, and is relieved of some at 9,000 ms. */
function relieved() {
  const since = new FullSince({ lookMs });
  since.note('a', true, 1_000);
  since.note('a', true, 4_000);
  since.note('a', false, 9_000);
  return since;
}

test('who has never held too many, or does not now, is not counted', () => {
  expect(relieved().of('a')).toBeNull();
  expect(relieved().of('b')).toBeNull();
});

test('a relief that was over before anybody looked does not count', () => {
  const since = relieved();

  since.note('a', true, 9_000 + lookMs - 1);

  expect(since.of('a')).toBe(1_000);
});

test('a longer one makes the count begin anew, however often it is noted meanwhile', () => {
  const since = relieved();

  since.note('a', false, 9_000 + lookMs - 1);
  since.note('a', true, 9_000 + lookMs);

  expect(since.of('a')).toBe(9_000 + lookMs);
});

test('who did not hold too many at first is counted from when it does', () => {
  const since = new FullSince({ lookMs });

  since.note('a', false, 0);
  since.note('a', true, lookMs - 1);

  expect(since.of('a')).toBe(lookMs - 1);
});
