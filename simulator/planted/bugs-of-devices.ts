import { deviceOutOfReachScenario } from '../scenarios/device-out-of-reach.ts';
import { hidesLostDevices } from './buses.ts';
import { leavesAtOnce } from './controllers.ts';
import type { PlantedBug } from './planted-bug.ts';

/** What goes wrong between agents and the devices that they share. */
export const bugsOfDevices: readonly PlantedBug[] = [
  {
    checker: 'lost-devices-are-left',
    bug: 'a bus that hides which devices agents have lost',
    scenario: deviceOutOfReachScenario,
    parts: { bus: hidesLostDevices },
  },
  {
    checker: 'no-thrash',
    bug: 'controllers that leave who has lost a device before the others can have found out',
    scenario: deviceOutOfReachScenario,
    parts: { controller: leavesAtOnce },
  },
];
