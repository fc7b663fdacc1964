/*
 * An agent had lost its device for the four looks that are waited for, and was left; the cable was in again since
 * less than a look, which it had not found out yet. A checker found that nothing spoke against it.
 */
import { expect, test } from 'vitest';
import { roughWeekScenario } from '../../simulator/scenarios/rough-week.ts';
import { simulate } from '../../simulator/simulate.ts';

test('an agent is left with reason that has not found out yet that it reaches its device again (412)', async () => {
  const { violations } = await simulate({ seed: 412, scenario: roughWeekScenario });

  expect(violations).toEqual([]);
});
