/*
 * The store had lost an owner's claim of a shard. Another controller claimed it for a moment, and put on record that it judged one of
 * the agents; so the owner left that agent to it, claimed the shard again, and nobody judged the agent any more. Later it was a
 * claim of which only an agent had heard: it took no lease of the earlier term that the store still knew.
 */
import { expect, test } from 'vitest';
import { roughWeekScenario } from '../../simulator/scenarios/rough-week.ts';
import { simulate } from '../../simulator/simulate.ts';

test('an agent is judged again once its shard is claimed again (642)', async () => {
  const { violations } = await simulate({ seed: 642, scenario: roughWeekScenario });

  expect(violations).toEqual([]);
});
