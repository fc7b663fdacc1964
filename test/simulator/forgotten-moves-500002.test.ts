/*
 * The store had lost the creation of a load balancer, and not that it was bound: for clients it was not there. When its
 * agent died, nobody took over what no document was known of, and a checker waited for that.
 */
import { expect, test } from 'vitest';
import { forgottenMovesScenario } from '../../simulator/scenarios/forgotten-moves.ts';
import { simulate } from '../../simulator/simulate.ts';

test('nobody has to take over a load balancer whose creation was lost (500002)', async () => {
  const { violations } = await simulate({ seed: 500002, scenario: forgottenMovesScenario });

  expect(violations).toEqual([]);
});
