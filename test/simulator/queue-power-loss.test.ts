/*
 * What seeds of this scenario have found: a ticket from before a power loss was given out before the holder of a lost epoch
 * could say so (114, 210); a judge confirmed a claim by what it knew from before the loss (315, 549); a deletion that had
 * reached nobody was acknowledged, because nobody knew the load balancer by then (220); and an edit took the generation of
 * one that was lost and on its device (564).
 */
import { expect, test } from 'vitest';
import { queuePowerLossScenario } from '../../simulator/scenarios/queue-power-loss.ts';
import { simulate } from '../../simulator/simulate.ts';

test.each([114, 210, 220, 315, 549, 564])(
  'agents take from a queue while the power is lost, and nothing contradicts what anybody knows (%i)',
  async (seed) => {
    const { violations } = await simulate({ seed, scenario: queuePowerLossScenario });

    expect(violations).toEqual([]);
  },
);
