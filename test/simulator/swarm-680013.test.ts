/*
 * A store had lost the records of the only controller, which was then started anew. The holder was cut off until after agents had had
 * their time to claim, and registered under its next incarnation: in the moment before its first heartbeat it was given the epoch
 * again that its incarnation before had had.
 */
import { expect, test } from 'vitest';
import { swarmScenario } from '../../simulator/scenarios/swarm.ts';
import { simulate } from '../../simulator/simulate.ts';

test('a holder that was cut off while others could claim has no lost epoch again (680013)', async () => {
  const { violations } = await simulate({ seed: 680013, scenario: swarmScenario });

  expect(violations).toEqual([]);
});
