import { deviceOutOfReachScenario } from '../scenarios/device-out-of-reach.ts';
import { queueDispatchScenario } from '../scenarios/queue-dispatch.ts';
import { weakFencesScenario } from '../scenarios/weak-fences.ts';
import { writesWithoutLease } from './agents.ts';
import { believesInStops } from './leases.ts';
import { cutOffWritersScenario } from './cut-off-writers.ts';
import { hidesLostDevices } from './buses.ts';
import { leavesAtOnce, takesForFenced } from './controllers.ts';
import { deviceWithout, writesUnread } from './devices.ts';
import { hearsNoNotices, repeatsCallsLater } from './drivers.ts';
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
  {
    checker: 'epochs-never-decrease',
    bug: 'a marked device that is written to without a look at its marker',
    scenario: weakFencesScenario,
    parts: { device: writesUnread, driver: repeatsCallsLater },
  },
  {
    checker: 'device-equals-desired',
    bug: 'drivers that never read back what a weak fence may have let through',
    scenario: weakFencesScenario,
    parts: { driver: hearsNoNotices },
  },
  {
    checker: 'unfenced-writes-in-turn',
    bug: 'controllers that do not wait for the lease of an agent whose device has no fence',
    scenario: cutOffWritersScenario,
    parts: { controller: takesForFenced },
  },
  {
    checker: 'unfenced-writes-in-turn',
    bug: 'agents that write to a device without a fence when their lease has ended',
    scenario: cutOffWritersScenario,
    parts: { agent: writesWithoutLease },
  },
  {
    checker: 'unfenced-writes-in-turn',
    bug: 'controllers that start the next agent of a device without a fence before the one before has stopped',
    scenario: weakFencesScenario,
    parts: { bus: believesInStops },
  },
];
