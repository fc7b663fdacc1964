/*
 * An appliance came up with a configuration that it had saved, in which a load balancer was served that had been deleted since; and
 * when its agent was to remove it, the appliance refused that (681), or did so without an answer (3298). The agent warns of it, as
 * it should.
 */
import { expect, test } from 'vitest';
import { roughWeekScenario } from '../../simulator/scenarios/rough-week.ts';
import { simulate } from '../../simulator/simulate.ts';

test.each([681, 3298])(
  'an agent may warn that a device does not let go of what it has brought back (%s)',
  async (seed) => {
    const { violations } = await simulate({ seed, scenario: roughWeekScenario });

    expect(violations).toEqual([]);
  },
);
