/*
 * An agent came home to a host full of load balancers. Before it had got to some of them, the records had told it
 * that they were its own; it took them for settled then, did not take them up, and left them alone until each was commanded.
 */
import { expect, test } from 'vitest';
import { swarmScenario } from '../../simulator/scenarios/swarm.ts';
import { simulate } from '../../simulator/simulate.ts';
import { asItWas } from './support/passes.ts';

test('what runs is taken up also where its record is heard before its turn has come (73)', async () => {
  const { violations } = await simulate({ seed: 73, scenario: asItWas(swarmScenario) });

  expect(violations).toEqual([]);
});
