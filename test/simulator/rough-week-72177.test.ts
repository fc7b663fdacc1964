/*
 * A load balancer at a leased address had moved to another agent of its host, before which nobody had to wait for the first one's
 * end. The store lost that, and who took the shard over knew the epoch only: the holder that was left on record was dead, and a third
 * agent, on another host, served the address beside the second one.
 */
import { expect, test } from 'vitest';
import { roughWeekScenario } from '../../simulator/scenarios/rough-week.ts';
import { simulate } from '../../simulator/simulate.ts';

test('who had it beside one of its own host, by a record that was lost, has it again (72177)', async () => {
  const { violations } = await simulate({ seed: 72177, scenario: roughWeekScenario });

  expect(violations).toEqual([]);
});
