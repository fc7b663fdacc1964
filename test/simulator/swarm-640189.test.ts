/*
 * An agent's clock had been an hour ahead, its journal was put back to an older one, and its judge told it of the newest incarnation
 * that was on record: it took the very next, which it had been already, while no judge could be reached.
 */
import { expect, test } from 'vitest';
import { swarmScenario } from '../../simulator/scenarios/swarm.ts';
import { simulate } from '../../simulator/simulate.ts';

test('an agent that its judge has to tell what it was, is no life that it has forgotten (640189)', async () => {
  const { violations } = await simulate({ seed: 640189, scenario: swarmScenario });

  expect(violations).toEqual([]);
});
