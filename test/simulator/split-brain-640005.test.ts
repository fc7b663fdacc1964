/*
 * A controller's watch of documents was behind the one of binding records: it heard that a load balancer had been unbound, which ends a
 * deletion, still had its document, and showed it as PENDING_CREATE.
 */
import { expect, test } from 'vitest';
import { splitBrainAttemptScenario } from '../../simulator/scenarios/split-brain-attempt.ts';
import { simulate } from '../../simulator/simulate.ts';

test('a load balancer that is deleted is never shown as one that is being created (640005)', async () => {
  const { violations } = await simulate({ seed: 640005, scenario: splitBrainAttemptScenario });

  expect(violations).toEqual([]);
});
