/*
 * An agent had held too many for long when another one died, which made the others' fair share greater: for some
 * milliseconds, until it had taken over what the dead one held, it held no more than that. Nobody looks that often, so
 * load balancers moved off it as planned. A checker counted from those milliseconds on.
 */
import { expect, test } from 'vitest';
import { newAgentRebalancesScenario } from '../../simulator/scenarios/new-agent-rebalances.ts';
import { simulate } from '../../simulator/simulate.ts';

test('an agent that holds too many for long, but for a moment that nobody saw, gives some away (25010)', async () => {
  const { violations } = await simulate({ seed: 25010, scenario: newAgentRebalancesScenario });

  expect(violations).toEqual([]);
});
