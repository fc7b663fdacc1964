/*
 * An agent had lost its device for the four looks that are waited for, and was left; the cable was in again since
 * less than a look, which it had not found out yet. A checker found that nothing spoke against it.
 */
import { expect, test } from 'vitest';
import { roughWeekTrouble } from '../../simulator/scenarios/rough-week.ts';
import { defaultSize, type Scenario } from '../../simulator/scenarios/scenario.ts';
import { drawTrouble } from '../../simulator/scenarios/trouble.ts';
import { simulate } from '../../simulator/simulate.ts';
import { asItWas } from './support/passes.ts';

test('an agent is left with reason that has not found out yet that it reaches its device again (412)', async () => {
  const scenario: Scenario = {
    name: 'rough-week-412',
    summary: 'the default as it was, without bursts and in a plain world',
    promise: 'an agent is left with reason',
    size: defaultSize,
    plan: (stream, frame) => drawTrouble(stream, frame, roughWeekTrouble),
  };

  const { violations } = await simulate({ seed: 412, scenario: asItWas(scenario) });

  expect(violations).toEqual([]);
});
