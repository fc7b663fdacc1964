import { agentCrashScenario } from '../scenarios/agent-crash.ts';
import { agentFlapsScenario } from '../scenarios/agent-flaps.ts';
import { controlPlaneSilentScenario } from '../scenarios/control-plane-silent.ts';
import { crowdedAgentScenario } from '../scenarios/crowded-agent.ts';
import { deviceDriftScenario } from '../scenarios/device-drift.ts';
import { deviceRebootScenario } from '../scenarios/device-reboot.ts';
import { drainScenario } from '../scenarios/drain.ts';
import { firstAgentAppearsScenario } from '../scenarios/first-agent-appears.ts';
import { flappingAgentScenario } from '../scenarios/flapping-agent.ts';
import { hostDiesScenario } from '../scenarios/host-dies.ts';
import { lastCapableAgentDiesScenario } from '../scenarios/last-capable-agent-dies.ts';
import { longOutageScenario } from '../scenarios/long-outage.ts';
import { membersFailScenario } from '../scenarios/members-fail.ts';
import { natsLeaderLostScenario } from '../scenarios/nats-leader-lost.ts';
import { natsRestartScenario } from '../scenarios/nats-restart.ts';
import { plannedRestartScenario } from '../scenarios/planned-restart.ts';
import { rollingUpgradeScenario } from '../scenarios/rolling-upgrade.ts';
import { roughDayScenario } from '../scenarios/rough-day.ts';
import { splitBrainAttemptScenario } from '../scenarios/split-brain-attempt.ts';
import { stormScenario } from '../scenarios/storm.ts';
import * as apis from './apis.ts';
import {
  delaysHealth,
  garblesRequests,
  hidesDrivers,
  knowsOldDocuments,
  losesCommands,
  losesGoodbyes,
  losesGrants,
  neverDisconnected,
  takesRestartsForDeaths,
  tellsTroubleAgain,
  turnsIntoRemovals,
} from './buses.ts';
import {
  declaresTooSoon,
  distrustsNewcomers,
  ignoresFlaps,
  ignoresRestarts,
  movesEverything,
  neverForgives,
  overlooksSome,
  saysThatAllAreFull,
  sendsAllAtOnce,
  hasNoBrake,
  waitsTooLong,
  writesNewRecordsAtOnce,
} from './controllers.ts';
import { deviceWithout, newerEpochsWin } from './devices.ts';
import {
  appliesAgain,
  hearsNoNotices,
  liesAboutEdits,
  neverSettles,
  repeatsCallsLater,
} from './drivers.ts';
import { bugsOfDevices } from './bugs-of-devices.ts';
import { bugsOfDisks } from './bugs-of-disks.ts';
import { bugsOfLeases } from './bugs-of-leases.ts';
import { bugsOfBatches } from './bugs-of-batches.ts';
import { bugsOfBinding } from './bugs-of-binding.ts';
import { bugsOfWitnesses } from './bugs-of-witnesses.ts';
import { bugsOfPlacement } from './bugs-of-placement.ts';
import type { PlantedBug } from './planted-bug.ts';
import { forgetsDeaths, hidesRestarts } from './records.ts';
import * as stores from './stores.ts';
import { toldLateScenario } from './told-late.ts';

/** For each checker at least one. */
export const plantedBugs: readonly PlantedBug[] = [
  {
    checker: 'no-load-balancer-lost',
    bug: 'a store that loses acknowledged records',
    scenario: agentCrashScenario,
    parts: { stores: stores.losesRecords },
  },
  {
    checker: 'no-edit-lost',
    bug: 'a store that acknowledges edits and keeps the old words',
    scenario: agentCrashScenario,
    parts: { stores: stores.keepsOldDescriptions },
  },
  {
    checker: 'epochs-never-decrease',
    bug: 'a device that does not compare epochs',
    scenario: roughDayScenario,
    parts: { device: deviceWithout('epochs'), driver: repeatsCallsLater },
  },
  {
    checker: 'content-never-goes-back',
    bug: 'V4: a device that does not compare generations',
    scenario: agentCrashScenario,
    parts: { device: deviceWithout('generations'), driver: repeatsCallsLater },
  },
  {
    checker: 'content-never-goes-back',
    bug: 'V5: a device to which a newer epoch brings an older generation',
    scenario: agentCrashScenario,
    parts: { device: newerEpochsWin, bus: knowsOldDocuments },
  },
  {
    checker: 'no-edit-lost',
    bug: 'V7: a store whose client takes a generation that it finds for its own write',
    scenario: agentCrashScenario,
    parts: { stores: stores.trustsGenerations },
  },
  {
    checker: 'no-resurrection',
    bug: 'V6: a device that keeps no tombstones',
    scenario: agentCrashScenario,
    parts: { device: deviceWithout('tombstones'), driver: repeatsCallsLater },
  },
  {
    checker: 'self-consistent-records',
    bug: 'a store that rolls binding records back when a controller starts',
    scenario: agentCrashScenario,
    parts: { stores: stores.rollsBackBindings },
  },
  {
    checker: 'persist-before-effect',
    bug: 'V3: a store that acknowledges before it commits, so that effects leave before that',
    scenario: agentCrashScenario,
    parts: { stores: stores.acknowledgesEarly },
  },
  {
    checker: 'bound-at-the-end',
    bug: 'a bus that loses the commands to one agent',
    scenario: agentCrashScenario,
    parts: { bus: losesCommands },
  },
  {
    checker: 'rebinds-in-time',
    bug: 'a judge that waits very long before it takes anybody for dead',
    scenario: hostDiesScenario,
    parts: { controller: waitsTooLong },
  },
  {
    checker: 'same-outcome-as-a-calm-run',
    bug: 'an API that carries out some creations twice',
    scenario: agentCrashScenario,
    parts: { api: apis.repeatsCreations },
  },
  {
    checker: 'same-outcome-as-a-calm-run',
    bug: 'a store that changes what nobody asked to change',
    scenario: agentCrashScenario,
    parts: { stores: stores.changesLimits },
  },
  {
    checker: 'fair-waiting',
    bug: 'placement that overlooks some load balancers for a while',
    scenario: stormScenario,
    parts: { controller: overlooksSome },
  },
  {
    checker: 'pending-exactly-when-nobody-can',
    bug: 'placement that says of everybody who can not take something that he is full',
    scenario: hostDiesScenario,
    parts: { controller: saysThatAllAreFull },
  },
  {
    checker: 'standby-at-the-end',
    bug: 'a bus that hides what agents drive',
    scenario: agentCrashScenario,
    parts: { bus: hidesDrivers },
  },
  {
    checker: 'every-shard-owned',
    bug: 'a store that hides that shards were let go',
    scenario: roughDayScenario,
    parts: { stores: stores.hidesFreeShards },
  },
  {
    checker: 'storms-are-waited-out',
    bug: 'controllers that believe at once that a large part of the fleet is gone',
    scenario: stormScenario,
    parts: { controller: hasNoBrake },
  },
  {
    checker: 'devices-recover-in-time',
    bug: 'a driver that does not tell what devices lost or others changed',
    scenario: deviceDriftScenario,
    parts: { driver: hearsNoNotices },
  },
  {
    checker: 'waits-no-longer-than-needed',
    bug: 'placement that takes nobody who has just come',
    scenario: firstAgentAppearsScenario,
    parts: { controller: distrustsNewcomers },
  },
  {
    checker: 'one-server-per-vip',
    bug: 'a controller that lets load balancers leave their hosts, whatever their driver says',
    scenario: lastCapableAgentDiesScenario,
    parts: { controller: movesEverything },
  },
  {
    checker: 'traffic-goes-on',
    bug: 'a bus that makes a removal of some commands',
    scenario: agentCrashScenario,
    parts: { bus: turnsIntoRemovals },
  },
  {
    checker: 'device-equals-desired',
    bug: 'a driver that says that it applied an edit, and did not',
    scenario: agentCrashScenario,
    parts: { driver: liesAboutEdits },
  },
  {
    checker: 'no-unexpected-events',
    bug: 'a bus that cuts off the end of messages',
    scenario: agentCrashScenario,
    parts: { bus: garblesRequests },
  },
  {
    checker: 'quiet-at-the-end',
    bug: 'a driver that applies the same again every second, for ever',
    scenario: agentCrashScenario,
    parts: { driver: neverSettles },
  },
  {
    checker: 'no-record-refused',
    bug: 'a release that writes its new records although older controllers run',
    scenario: rollingUpgradeScenario,
    parts: { controller: writesNewRecordsAtOnce },
  },
  {
    checker: 'flaps-move-once',
    bug: 'a judge that declares agents dead too soon',
    scenario: agentFlapsScenario,
    parts: { controller: declaresTooSoon },
  },
  {
    checker: 'flapping-agents-come-last',
    bug: 'placement that takes an agent that dies again and again for any other',
    scenario: flappingAgentScenario,
    parts: { controller: ignoresFlaps },
  },
  {
    checker: 'flapping-agents-come-last',
    bug: 'judges that do not put on record how often an agent has died',
    scenario: flappingAgentScenario,
    parts: { stores: forgetsDeaths },
  },
  {
    checker: 'flapping-agents-come-last',
    bug: 'judges that never trust an agent again that has died often',
    scenario: flappingAgentScenario,
    parts: { controller: neverForgives },
  },
  {
    checker: 'work-is-paced',
    bug: 'controllers that send all commands at once',
    scenario: crowdedAgentScenario,
    parts: { controller: sendsAllAtOnce },
  },
  {
    checker: 'one-owner-per-term',
    bug: 'a store that lets shards be overwritten whatever has changed meanwhile',
    scenario: splitBrainAttemptScenario,
    parts: { stores: stores.overwritesShards },
  },
  {
    checker: 'legal-statuses',
    bug: 'an API that shows what is being edited as being created',
    scenario: agentCrashScenario,
    parts: { api: apis.callsEditsCreations },
  },
  {
    checker: 'statuses-tell-the-truth',
    bug: 'a bus that tells once more, later, what was wrong with traffic',
    scenario: deviceRebootScenario,
    parts: { bus: tellsTroubleAgain },
  },
  {
    checker: 'health-in-time',
    bug: 'a bus that is late with what agents tell of health',
    scenario: membersFailScenario,
    parts: { bus: delaysHealth },
  },
  {
    checker: 'pending-ends-in-time',
    bug: 'a store that forgets by when what is under way must have ended',
    scenario: longOutageScenario,
    parts: { stores: stores.forgetsDeadlines },
  },
  {
    checker: 'reads-never-go-back',
    bug: 'an API that answers reads from a cache',
    scenario: roughDayScenario,
    parts: { api: apis.answersFromCache },
  },
  {
    checker: 'reads-never-go-back',
    bug: 'a store that tells of nothing new while its watch has not told what is',
    scenario: toldLateScenario,
    parts: { stores: stores.hasNothingNewToTell },
  },
  {
    checker: 'no-request-hangs',
    bug: 'an API that does not answer every request',
    scenario: agentCrashScenario,
    parts: { api: apis.losesAnswers },
  },
  {
    checker: 'no-server-errors',
    bug: 'an API that breaks over some requests',
    scenario: agentCrashScenario,
    parts: { api: apis.breaksSometimes },
  },
  {
    checker: 'answers-when-well',
    bug: 'controllers that have been behind once and never trust in what they know again',
    scenario: natsRestartScenario,
    parts: { api: apis.neverSureAgain },
  },
  {
    checker: 'nothing-rightful-refused',
    bug: 'an API that does not find pools now and then',
    scenario: agentCrashScenario,
    parts: { api: apis.losesSightOfPools },
  },
  {
    checker: 'one-load-balancer-per-address',
    bug: 'a store that lets an address be taken twice',
    scenario: agentCrashScenario,
    parts: { stores: stores.givesAddressesTwice },
  },
  {
    checker: 'drain-leaves-no-gap',
    bug: 'a bus that loses goodbyes',
    scenario: drainScenario,
    parts: { bus: losesGoodbyes },
  },
  {
    checker: 'silence-touches-nothing',
    bug: 'a driver that applies the same again every ten seconds',
    scenario: controlPlaneSilentScenario,
    parts: { driver: appliesAgain },
  },
  {
    checker: 'takeovers-need-no-leader',
    bug: 'a bus that carries no command before its binding is written',
    scenario: natsLeaderLostScenario,
    parts: { bus: losesGrants },
  },
  {
    checker: 'quiet-restarts',
    bug: 'a judge that takes its own disconnection for the silence of agents',
    scenario: natsRestartScenario,
    parts: { bus: neverDisconnected },
  },
  {
    checker: 'restarts-move-nothing',
    bug: 'a store that hides from the next judge that an agent is waited for',
    scenario: plannedRestartScenario,
    parts: { stores: hidesRestarts },
  },
  {
    checker: 'restarts-move-nothing',
    bug: 'a bus that tells of an agent that is waited for as of a dead one',
    scenario: plannedRestartScenario,
    parts: { bus: takesRestartsForDeaths },
  },
  {
    checker: 'capable-agents-only',
    bug: 'placement that takes an agent that is being restarted for one that is there',
    scenario: plannedRestartScenario,
    parts: { controller: ignoresRestarts },
  },
  ...bugsOfBatches,
  ...bugsOfBinding,
  ...bugsOfPlacement,
  ...bugsOfLeases,
  ...bugsOfWitnesses,
  ...bugsOfDevices,
  ...bugsOfDisks,
];
