import { expect, test } from 'vitest';
import { huntJson, huntSummary, huntTable } from '../../simulator/cli/planted.ts';

const found = {
  checker: 'no-edit-lost',
  bug: 'a store that keeps the old words',
  scenario: 'agent-crash',
  isLookedFor: true,
  foundBy: 2,
  alsoBy: ['device-equals-desired'],
  seeds: 2,
  failWithout: [],
};
const missed = { ...found, checker: 'no-resurrection', foundBy: null, seeds: 10 };
const unseen = { ...missed, isLookedFor: false, alsoBy: [] };
const hollow = { ...found, checker: 'quiet-at-the-end', failWithout: [1] };

test('shows for each planted bug its checker, and the seed that found it', () => {
  const lines = huntTable([found, missed, hollow, unseen]).split('\n');
  const [head, , first, second, third, fourth] = lines;
  expect(head).toMatch(/^checker +planted bug +scenario +found by seed +seeds$/);
  expect(first).toMatch(
    /^no-edit-lost +a store that keeps the old words +agent-crash +2 +2 +found$/,
  );
  expect(second).toMatch(
    /^no-resurrection .* - +10 +NOT FOUND in 10 seeds, but by device-equals-desired$/,
  );
  expect(third).toMatch(/PROVES NOTHING: seed 1 fails without it, too$/);
  expect(fourth).toMatch(/NOT FOUND in 10 seeds, whose scenario has no such checker$/);
});

test('counts as missed what was not found, and what fails without the bug', () => {
  expect(JSON.parse(huntJson([found, missed, hollow]))).toEqual({
    planted: 3,
    found: 1,
    missed: [
      'no-resurrection: a store that keeps the old words',
      'quiet-at-the-end: a store that keeps the old words',
    ],
  });
  expect(huntSummary([found, missed, hollow])).toBe('2 of 3 planted bugs were missed');
  expect(huntSummary([found])).toMatch(/^all 1 planted bugs were found/);
});
