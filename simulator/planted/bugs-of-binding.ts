import { agentCrashScenario } from '../scenarios/agent-crash.ts';
import { presets } from '../../machines/timings/timings.ts';
import { maintenanceScenario } from '../scenarios/maintenance.ts';
import { slowDeviceScenario } from '../scenarios/slow-device.ts';
import { forgetsItsStarts, lastDrivesNothing } from './agents.ts';
import { blackoutScenario } from './blackout.ts';
import { misleadsStandbys } from './briefings.ts';
import { alwaysSeemsFine, losesClaims, losesStandings, tellsVerdictsAgain } from './buses.ts';
import { declaresTooSoon, ignoresCordons, ignoresDrivers } from './controllers.ts';
import { refusesOldRemovals } from './devices.ts';
import { deafControllersScenario } from './deaf-controllers.ts';
import { hiccupsScenario } from './hiccups.ts';
import { lostPromotionsScenario } from './lost-promotions.ts';
import type { PlantedBug } from './planted-bug.ts';
import * as records from './records.ts';
import { purgesForTheBoundOnly, repairsNothing } from './repairs.ts';

/** What goes wrong where a rule of docs/binding.md is missing; V1 to V9 are its known violations. */
export const bugsOfBinding: readonly PlantedBug[] = [
  {
    checker: 'one-holder-per-epoch',
    bug: "V1: a store that counts epochs from the binding's",
    scenario: agentCrashScenario,
    parts: { stores: records.countsFromTheBinding },
  },
  {
    checker: 'one-holder-per-epoch',
    bug: 'V2: a store that gives the granted epoch to the next standby',
    scenario: agentCrashScenario,
    parts: { stores: records.grantsAnEpochAgain },
  },
  {
    checker: 'bound-at-the-end',
    bug: 'V8: controllers that hear neither what agents hold nor by what they are refused',
    scenario: lostPromotionsScenario,
    parts: { bus: repairsNothing },
  },
  {
    checker: 'bound-at-the-end',
    bug: 'V9: controllers that believe a removal only of the bound agent',
    scenario: lostPromotionsScenario,
    parts: { bus: purgesForTheBoundOnly, device: refusesOldRemovals },
  },
  {
    checker: 'one-holder-per-epoch',
    bug: 'a bus that hides what agents hold, so that epochs which the store has lost are given again',
    scenario: blackoutScenario,
    parts: { bus: losesClaims },
  },
  {
    checker: 'device-equals-desired',
    bug: 'controllers that tell standbys of another document than is wanted',
    scenario: agentCrashScenario,
    parts: { bus: misleadsStandbys },
  },
  {
    checker: 'incarnations-never-decrease',
    bug: 'a store that takes verdicts back',
    scenario: agentCrashScenario,
    parts: { stores: records.takesVerdictsBack },
  },
  {
    checker: 'incarnations-never-decrease',
    bug: 'agents that do not count their starts',
    scenario: agentCrashScenario,
    parts: { agent: forgetsItsStarts },
  },
  {
    checker: 'incarnations-never-decrease',
    bug: 'a bus that tells of each death once more, as if it were new',
    scenario: agentCrashScenario,
    parts: { bus: tellsVerdictsAgain },
  },
  {
    checker: 'no-thrash',
    bug: 'judges that judge while they hear nothing',
    scenario: deafControllersScenario,
    // Before the client of NATS itself leaves a server from which nothing comes.
    timings: { ...presets.lan, heartbeatMs: 400, suspectAfterMs: 900, deadAfterMs: 1_250 },
    parts: { bus: alwaysSeemsFine },
  },
  {
    checker: 'no-thrash',
    bug: 'judges that call an agent dead after one missed heartbeat',
    scenario: hiccupsScenario,
    parts: { controller: declaresTooSoon },
  },
  {
    checker: 'capable-agents-only',
    bug: 'placement that takes every agent for one that drives everything',
    scenario: agentCrashScenario,
    parts: { controller: ignoresDrivers, agent: lastDrivesNothing },
  },
  {
    checker: 'capable-agents-only',
    bug: 'placement that takes a cordoned agent for any other',
    scenario: maintenanceScenario,
    parts: { controller: ignoresCordons },
  },
  {
    checker: 'self-consistent-records',
    bug: 'a store that keeps a promoted standby as its own standby',
    scenario: agentCrashScenario,
    parts: { stores: records.keepsPromotedStandbys },
  },
  {
    checker: 'bounds-hold',
    bug: 'a bus that loses what tells agents to forget',
    scenario: slowDeviceScenario,
    parts: { bus: losesStandings },
  },
];
