import { expect } from 'vitest';
import { roughDayScenario } from '../../../simulator/scenarios/rough-day.ts';
import { simulate } from '../../../simulator/simulate.ts';

/** Expects that nothing is violated on this rough day; what led to a violation is in the message. */
export async function passesRoughDay(seed: number): Promise<void> {
  const size = { agents: 3, loadBalancers: 6 };
  const { violations } = await simulate({ seed, scenario: roughDayScenario, ...size });
  expect(violations).toEqual([]);
}
