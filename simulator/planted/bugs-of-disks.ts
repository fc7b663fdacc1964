import { damagedDisksScenario } from '../scenarios/damaged-disks.ts';
import { damagedMarkersScenario } from './damaged-markers.ts';
import * as disks from './disks.ts';
import type { PlantedBug } from './planted-bug.ts';

/** What goes wrong where agents make too much, or too little, of what is left on a damaged disk. */
export const bugsOfDisks: readonly PlantedBug[] = [
  {
    checker: 'adopts-what-runs',
    bug: 'agents that take up of their hosts only what their journals tell of',
    scenario: damagedDisksScenario,
    parts: { agent: disks.trustsItsJournalOnly },
  },
  {
    checker: 'damage-ends-no-traffic',
    bug: 'a driver that does not say that a marker is damaged, so that it waits for the next sweep',
    scenario: damagedMarkersScenario,
    parts: { driver: disks.hidesDamage },
  },
  {
    checker: 'traffic-goes-on',
    bug: 'agents that take what has a damaged marker for something that was deleted',
    scenario: damagedDisksScenario,
    parts: { agent: disks.takesForDeleted },
  },
  {
    checker: 'epochs-never-decrease',
    bug: 'agents that make damaged markers anew with the first epoch',
    scenario: damagedDisksScenario,
    parts: { agent: disks.mendsFromNothing },
  },
  {
    checker: 'device-equals-desired',
    bug: 'agents that leave damaged markers as they are',
    scenario: damagedDisksScenario,
    parts: { agent: disks.mendsNothing },
  },
];
