/*
 * An agent died for good, and its leased load balancers moved to another host. What it had run for them stayed on its
 * own host for ever, although another agent lives there: that one removed only what was deleted.
 */
import { expect, test } from 'vitest';
import { swarmScenario } from '../../simulator/scenarios/swarm.ts';
import { simulate } from '../../simulator/simulate.ts';
import { asItWas } from './support/passes.ts';

test('what a dead agent left on its host is ended by its neighbour once it has moved (497)', async () => {
  const { violations } = await simulate({ seed: 497, scenario: asItWas(swarmScenario) });

  expect(violations).toEqual([]);
});
