import { expect, test } from 'vitest';
import { generationsAheadMax } from '../../machines/protocol/seat.ts';
import { nextGeneration } from '../../src/controller/load-balancers/generations.ts';

test.each([
  ['nothing is known', null, 4],
  ['its actor knows as much', { generation: 3, appliedGeneration: 3 }, 4],
  ['its actor knows of a lost edit', { generation: 5, appliedGeneration: 3 }, 6],
  ['its device has a lost edit', { generation: 3, appliedGeneration: 7 }, 8],
  [
    'its device claims as much as can be',
    { generation: 3, appliedGeneration: 3 + generationsAheadMax },
    4 + generationsAheadMax,
  ],
  [
    'its device claims what can’t be',
    { generation: 3, appliedGeneration: 4 + generationsAheadMax },
    4,
  ],
])('an edit of generation 3 takes the next one where %s', (_, known, next) => {
  expect(nextGeneration({ generation: 3 }, known)).toBe(next);
});
