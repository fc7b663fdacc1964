import { agentCrashScenario } from './agent-crash.ts';
import { agentFlapsScenario } from './agent-flaps.ts';
import { agentHangsScenario } from './agent-hangs.ts';
import { agentsStandStillScenario } from './agents-stand-still.ts';
import { asymmetricPartitionScenario } from './asymmetric-partition.ts';
import { controlPlaneSilentScenario } from './control-plane-silent.ts';
import { controllerCrashScenario } from './controller-crash.ts';
import { crowdedAgentScenario } from './crowded-agent.ts';
import { damagedDisksScenario } from './damaged-disks.ts';
import { deleteUnderFireScenario } from './delete-under-fire.ts';
import { deviceComesLateScenario } from './device-comes-late.ts';
import { deviceDriftScenario } from './device-drift.ts';
import { deviceOutOfReachScenario } from './device-out-of-reach.ts';
import { deviceRebootScenario } from './device-reboot.ts';
import { drainScenario } from './drain.ts';
import { firstAgentAppearsScenario } from './first-agent-appears.ts';
import { flappingAgentScenario } from './flapping-agent.ts';
import { forgottenMovesScenario } from './forgotten-moves.ts';
import { fullFleetScenario } from './full-fleet.ts';
import { fullSwarmScenario } from './full-swarm.ts';
import { herdScenario } from './herd.ts';
import { hostDiesScenario } from './host-dies.ts';
import { interruptedDrainScenario } from './interrupted-drain.ts';
import { lastCapableAgentDiesScenario } from './last-capable-agent-dies.ts';
import { longOutageScenario } from './long-outage.ts';
import { lostPromotionScenario } from './lost-promotion.ts';
import { maintenanceScenario } from './maintenance.ts';
import { manyHandsScenario } from './many-hands.ts';
import { membersFailScenario } from './members-fail.ts';
import { natsLeaderLostScenario } from './nats-leader-lost.ts';
import { natsNodeHungScenario } from './nats-node-hung.ts';
import { natsRestartScenario } from './nats-restart.ts';
import { newAgentRebalancesScenario } from './new-agent-rebalances.ts';
import { plannedRestartScenario } from './planned-restart.ts';
import { rollingUpgradeScenario } from './rolling-upgrade.ts';
import { queueDispatchScenario } from './queue-dispatch.ts';
import { queuePowerLossScenario } from './queue-power-loss.ts';
import { roughDayScenario } from './rough-day.ts';
import { roughWeekScenario } from './rough-week.ts';
import type { Scenario } from './scenario.ts';
import { slowDeviceScenario } from './slow-device.ts';
import { splitBrainAttemptScenario } from './split-brain-attempt.ts';
import { storePowerLossScenario } from './store-power-loss.ts';
import { stormScenario } from './storm.ts';
import { swarmScenario } from './swarm.ts';
import { vipsMoveScenario } from './vips-move.ts';
import { weakFencesScenario } from './weak-fences.ts';
import { witnessesKeepServingScenario } from './witnesses-keep-serving.ts';

/** The one that runs where nobody names any. */
export const defaultScenario = roughWeekScenario;

/** Every scenario, in the order in which a set runs them. */
export const scenarios: readonly Scenario[] = [
  defaultScenario,
  swarmScenario,
  roughDayScenario,
  manyHandsScenario,
  queueDispatchScenario,
  agentCrashScenario,
  hostDiesScenario,
  agentFlapsScenario,
  flappingAgentScenario,
  agentHangsScenario,
  controllerCrashScenario,
  herdScenario,
  crowdedAgentScenario,
  newAgentRebalancesScenario,
  fullFleetScenario,
  fullSwarmScenario,
  stormScenario,
  rollingUpgradeScenario,
  drainScenario,
  maintenanceScenario,
  interruptedDrainScenario,
  vipsMoveScenario,
  agentsStandStillScenario,
  weakFencesScenario,
  plannedRestartScenario,
  firstAgentAppearsScenario,
  lastCapableAgentDiesScenario,
  deleteUnderFireScenario,
  slowDeviceScenario,
  deviceComesLateScenario,
  deviceOutOfReachScenario,
  deviceRebootScenario,
  deviceDriftScenario,
  damagedDisksScenario,
  membersFailScenario,
  longOutageScenario,
  natsLeaderLostScenario,
  natsNodeHungScenario,
  natsRestartScenario,
  lostPromotionScenario,
  storePowerLossScenario,
  queuePowerLossScenario,
  forgottenMovesScenario,
  asymmetricPartitionScenario,
  controlPlaneSilentScenario,
  witnessesKeepServingScenario,
  splitBrainAttemptScenario,
];
