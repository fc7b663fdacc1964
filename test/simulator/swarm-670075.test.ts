/*
 * A store had lost power and was slow: a creation was written, was not seen by the controller that had asked for it, and so its address
 * was given back, and given to another load balancer.
 */
import { expect, test } from 'vitest';
import { swarmScenario } from '../../simulator/scenarios/swarm.ts';
import { simulate } from '../../simulator/simulate.ts';

test('a load balancer that is written and not seen keeps its address (670075)', async () => {
  const { violations } = await simulate({ seed: 670075, scenario: swarmScenario });

  expect(violations).toEqual([]);
});
