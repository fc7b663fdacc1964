/*
 * A client's request made a listener, the store lost that with its power, and the request, which had no answer yet, made it
 * anew two seconds later. A checker held it to when it was made first.
 */
import { expect, test } from 'vitest';
import { forgottenMovesScenario } from '../../simulator/scenarios/forgotten-moves.ts';
import { simulate } from '../../simulator/simulate.ts';

test('what is lost and made anew by the same request is as it is then (120042)', async () => {
  const { violations } = await simulate({ seed: 120042, scenario: forgottenMovesScenario });

  expect(violations).toEqual([]);
});
