import { agentStalls } from './agent-stalls.ts';
import { advisoryLoss } from './advisory-loss.ts';
import { agentCordon } from './agent-cordon.ts';
import { agentCrash } from './agent-crash.ts';
import { agentCut } from './agent-cut.ts';
import { agentDisconnect } from './agent-disconnect.ts';
import { agentDrain } from './agent-drain.ts';
import { agentJoin } from './agent-join.ts';
import { agentLosesDevice } from './agent-loses-device.ts';
import { agentPause } from './agent-pause.ts';
import { agentReborn } from './agent-reborn.ts';
import { agentRestart } from './agent-restart.ts';
import { agentTrust } from './agent-trust.ts';
import { clockOffset } from './clock-offset.ts';
import { clockRate } from './clock-rate.ts';
import { controllerCrash } from './controller-crash.ts';
import { controllerCut } from './controller-cut.ts';
import { controllerDisconnect } from './controller-disconnect.ts';
import { controllerLeave } from './controller-leave.ts';
import { controllerPause } from './controller-pause.ts';
import { controllerUpgrade } from './controller-upgrade.ts';
import { crashPoint } from './crash-point.ts';
import { deviceDrift } from './device-drift.ts';
import { deviceFailure } from './device-failure.ts';
import { deviceFull } from './device-full.ts';
import { deviceLies } from './device-lies.ts';
import { devicePartialApply } from './device-partial-apply.ts';
import { deviceRateLimit } from './device-rate-limit.ts';
import { deviceReboot } from './device-reboot.ts';
import { deviceRefusesObject } from './device-refuses-object.ts';
import { deviceRefusesRemoval } from './device-refuses-removal.ts';
import { deviceSlow } from './device-slow.ts';
import { deviceUnreachable } from './device-unreachable.ts';
import type { FaultKind } from './fault.ts';
import { hostDies } from './host-dies.ts';
import { journalDamaged } from './journal-damaged.ts';
import { loadBalancerMove } from './load-balancer-move.ts';
import { markerDamaged } from './marker-damaged.ts';
import { memberFailure } from './member-failure.ts';
import { natsNodeHung } from './nats-node-hung.ts';
import { natsRestart } from './nats-restart.ts';
import { networkClog } from './network-clog.ts';
import { networkDuplicates } from './network-duplicates.ts';
import { networkHalfOpen } from './network-half-open.ts';
import { networkLoss } from './network-loss.ts';
import { networkPartition } from './network-partition.ts';
import { networkReorder } from './network-reorder.ts';
import { slowHost } from './slow-host.ts';
import { storeFailure } from './store-failure.ts';
import { storeLeaderLost } from './store-leader-lost.ts';
import { storePowerLoss } from './store-power-loss.ts';
import { storeSlow } from './store-slow.ts';
import { storeStaleReads } from './store-stale-reads.ts';
import { storeStall } from './store-stall.ts';
import { vmSuspend } from './vm-suspend.ts';
import { watchBlind } from './watch-blind.ts';
import { watchLag } from './watch-lag.ts';
import { watchRepeat } from './watch-repeat.ts';

export const faultKinds: readonly FaultKind[] = [
  advisoryLoss,
  agentCrash,
  agentCut,
  agentDisconnect,
  agentCordon,
  agentDrain,
  agentJoin,
  agentLosesDevice,
  agentPause,
  agentReborn,
  agentRestart,
  agentStalls,
  agentTrust,
  clockOffset,
  clockRate,
  controllerCrash,
  controllerCut,
  controllerDisconnect,
  controllerLeave,
  controllerPause,
  controllerUpgrade,
  crashPoint,
  deviceDrift,
  deviceFailure,
  deviceFull,
  deviceLies,
  devicePartialApply,
  deviceRateLimit,
  deviceReboot,
  deviceRefusesObject,
  deviceRefusesRemoval,
  deviceSlow,
  deviceUnreachable,
  hostDies,
  journalDamaged,
  loadBalancerMove,
  markerDamaged,
  memberFailure,
  natsNodeHung,
  natsRestart,
  networkClog,
  networkDuplicates,
  networkHalfOpen,
  networkLoss,
  networkPartition,
  networkReorder,
  slowHost,
  storeFailure,
  storeLeaderLost,
  storePowerLoss,
  storeSlow,
  storeStaleReads,
  storeStall,
  vmSuspend,
  watchBlind,
  watchLag,
  watchRepeat,
];

export function faultKind(name: string): FaultKind {
  const kind = faultKinds.find((each) => each.name === name);
  if (kind === undefined) throw new Error(`there is no kind of fault called '${name}'`);
  return kind;
}
