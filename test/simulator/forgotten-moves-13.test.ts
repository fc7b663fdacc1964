/*
 * A store had lost a deletion, but not that its binding record was removed. An owner that had just come learnt by that of the
 * deletion, and waited for word of it as long as it lived; nobody could edit or delete the load balancer meanwhile.
 */
import { expect, test } from 'vitest';
import { forgottenMovesScenario } from '../../simulator/scenarios/forgotten-moves.ts';
import { simulate } from '../../simulator/simulate.ts';

test('a deletion that is lost ends again where only its binding record tells of it (13)', async () => {
  const { violations } = await simulate({ seed: 13, scenario: forgottenMovesScenario });

  expect(violations).toEqual([]);
});
