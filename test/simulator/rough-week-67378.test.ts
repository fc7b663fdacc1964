/*
 * A load balancer at a leased address had moved to another host, and the store lost that. Another controller put on record that its
 * former holder was gone, and its owner, which knew of the move, named a third agent, on the host of the first: it took only that one
 * for somebody who may still serve it.
 */
import { expect, test } from 'vitest';
import { roughWeekScenario } from '../../simulator/scenarios/rough-week.ts';
import { simulate } from '../../simulator/simulate.ts';

test('who had it by a record that was lost has it again, also where somebody else has put on record that it waits (67378)', async () => {
  const { violations } = await simulate({ seed: 67378, scenario: roughWeekScenario });

  expect(violations).toEqual([]);
});
