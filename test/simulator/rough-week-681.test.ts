/*
 * An appliance came up with a configuration that it had saved, in which a load balancer was served that had been deleted since; and
 * when its agent was to remove it, the appliance refused that. The agent warns of it, as it should.
 */
import { expect, test } from 'vitest';
import { roughWeekScenario } from '../../simulator/scenarios/rough-week.ts';
import { simulate } from '../../simulator/simulate.ts';

test('an agent may warn that a device does not let go of what it has brought back (681)', async () => {
  const { violations } = await simulate({ seed: 681, scenario: roughWeekScenario });

  expect(violations).toEqual([]);
});
