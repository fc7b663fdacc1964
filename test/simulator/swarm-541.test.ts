/*
 * A host with leased addresses was suspended together with its clock, and a command waited for its agent when it
 * woke: until its kernel took the address away it served, as did the holder after it. Nothing on such a host can know
 * better, so that is excused; it is measured all the same.
 */
import { expect, test } from 'vitest';
import { swarmScenario } from '../../simulator/scenarios/swarm.ts';
import { simulate } from '../../simulator/simulate.ts';
import { asItWas } from './support/passes.ts';

test('what an agent serves that was suspended with its clock is measured, and no violation (541)', async () => {
  const { violations, traffic, judgements } = await simulate({
    seed: 541,
    scenario: asItWas(swarmScenario),
  });

  expect(violations).toEqual([]);
  expect(traffic.twiceMs).toBeGreaterThan(0);
  const judgement = judgements.find(({ checker }) => checker === 'one-server-per-vip');
  expect(judgement?.excused).toBe(1);
  expect(judgement?.judged).toBeGreaterThan(1);
});
