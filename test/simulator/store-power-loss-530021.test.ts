/*
 * The NATS cluster lost power with all controllers, and with it that an address had been given on: it was on record for
 * a load balancer that was deleted, and nobody remembered. Nobody put it on record for the one that had it.
 */
import { expect, test } from 'vitest';
import { storePowerLossScenario } from '../../simulator/scenarios/store-power-loss.ts';
import { simulate } from '../../simulator/simulate.ts';

test('an address is on record for the load balancer that has it, also where nobody remembers (530021)', async () => {
  const { violations } = await simulate({ seed: 530021, scenario: storePowerLossScenario });

  expect(violations).toEqual([]);
});
