/*
 * A store had lost a deletion that had been carried out. Two controllers that owned the load balancer one after the other
 * asked for it again, both while the store had no leader: the first one to get through carried out all of it, and the
 * other one found nothing to delete any more, and called that an error.
 */
import { expect, test } from 'vitest';
import { swarmScenario } from '../../simulator/scenarios/swarm.ts';
import { simulate } from '../../simulator/simulate.ts';
import { asItWas } from './support/passes.ts';

test('a deletion that was lost, and that somebody else has carried out again, is no error (64)', async () => {
  const { violations } = await simulate({ seed: 64, scenario: asItWas(swarmScenario) });

  expect(violations).toEqual([]);
});
