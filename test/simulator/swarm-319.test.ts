/*
 * A power failure of the store took back that records had been removed, of load balancers that were deleted. Their
 * deletions end once more, and are shown until then; nothing else of what is gone may come back.
 */
import { expect, test } from 'vitest';
import { swarmScenario } from '../../simulator/scenarios/swarm.ts';
import { simulate } from '../../simulator/simulate.ts';
import { asItWas } from './support/passes.ts';

test('a deletion of which the store has lost the end ends again (319)', async () => {
  const { violations } = await simulate({ seed: 319, scenario: asItWas(swarmScenario) });

  expect(violations).toEqual([]);
});
