/*
 * A load balancer could not be deleted, because it had children. The request came a second time when these were gone, as the network
 * had made two of it, and then it was carried out, although its client had been refused.
 */
import { expect, test } from 'vitest';
import { manyHandsScenario } from '../../simulator/scenarios/many-hands.ts';
import { simulate } from '../../simulator/simulate.ts';

test('what was refused is not carried out when it comes again (3026)', async () => {
  const { violations } = await simulate({ seed: 3026, scenario: manyHandsScenario });

  expect(violations).toEqual([]);
});
