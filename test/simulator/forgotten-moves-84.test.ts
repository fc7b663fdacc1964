/*
 * The stores had lost a move, and only the agent that the device had refused knew its epoch. It said so, but the
 * record was written by somebody else just then, and so it was read again: a standby was named under the very same
 * epoch before what the agent had said was taken once more, and then that was thought to mean the standby.
 */
import { expect, test } from 'vitest';
import { forgottenMovesScenario } from '../../simulator/scenarios/forgotten-moves.ts';
import { simulate } from '../../simulator/simulate.ts';

test('an epoch that an agent has told of is given to nobody, though its record is read again (84)', async () => {
  const { violations } = await simulate({ seed: 84, scenario: forgottenMovesScenario });

  expect(violations).toEqual([]);
});
