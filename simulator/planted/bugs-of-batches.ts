import { manyHandsScenario } from '../scenarios/many-hands.ts';
import { answersFromCache } from './apis.ts';
import { addsToAnOldList, alwaysCascades, doesBatchesOnce } from './batches.ts';
import type { PlantedBug } from './planted-bug.ts';

/** What goes wrong only where several clients edit one load balancer, or by what others never ask for. */
export const bugsOfBatches: readonly PlantedBug[] = [
  {
    checker: 'no-edit-lost',
    bug: 'an API that adds a batch of members to an outdated list',
    scenario: manyHandsScenario,
    parts: { api: addsToAnOldList },
  },
  {
    checker: 'no-edit-lost',
    bug: 'an API that takes a batch for done because it did the same before',
    scenario: manyHandsScenario,
    parts: { api: doesBatchesOnce },
  },
  {
    checker: 'no-edit-lost',
    bug: 'an API that deletes children which a plain deletion has to spare',
    scenario: manyHandsScenario,
    parts: { api: alwaysCascades },
  },
  {
    checker: 'reads-never-go-back',
    bug: 'an API that shows one client for a while what another one has replaced',
    scenario: manyHandsScenario,
    parts: { api: answersFromCache },
  },
];
