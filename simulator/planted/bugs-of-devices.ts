import { deviceOutOfReachScenario } from '../scenarios/device-out-of-reach.ts';
import { queueDispatchScenario } from '../scenarios/queue-dispatch.ts';
import { hidesLostDevices } from './buses.ts';
import { leavesAtOnce } from './controllers.ts';
import { deviceWithout } from './devices.ts';
import { repeatsCallsLater } from './drivers.ts';
import { keepsTickets, losesTickets } from './queues.ts';
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
  {
    checker: 'bound-at-the-end',
    bug: 'a queue that says it has a ticket which it has not',
    scenario: queueDispatchScenario,
    parts: { controller: losesTickets },
  },
  {
    checker: 'bound-at-the-end',
    bug: 'agents that never end a ticket, and so are never free again',
    scenario: queueDispatchScenario,
    parts: { agent: keepsTickets },
  },
  {
    checker: 'epochs-never-decrease',
    bug: 'a queued device that does not compare epochs, while a ticket may have two workers',
    scenario: queueDispatchScenario,
    parts: { device: deviceWithout('epochs'), driver: repeatsCallsLater },
  },
];
