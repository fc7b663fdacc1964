/*
 * A judge decided to wait for an agent while no record could be written, and lost its shard. Its write landed
 * when that lease was over, and the next judge found it there and told the agent that it is waited for: it
 * ended, and what it held was taken over at once.
 */
import { expect, test } from 'vitest';
import { plannedRestartScenario } from '../../simulator/scenarios/planned-restart.ts';
import { simulate } from '../../simulator/simulate.ts';

test('nobody is told that he is waited for when that is over (32)', async () => {
  const { violations } = await simulate({ seed: 32, scenario: plannedRestartScenario });

  expect(violations).toEqual([]);
});
