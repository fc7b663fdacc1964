import { adoptsWhatRuns } from './adopts-what-runs.ts';
import { answersWhenWell } from './answers-when-well.ts';
import { boundAtTheEnd } from './bound-at-the-end.ts';
import { boundsHold } from './bounds-hold.ts';
import { capableAgentsOnly } from './capable-agents-only.ts';
import type { CheckerKind } from './checker.ts';
import { contentNeverGoesBack } from './content-never-goes-back.ts';
import { deviceEqualsDesired } from './device-equals-desired.ts';
import { epochsNeverDecrease } from './epochs-never-decrease.ts';
import { everyShardOwned } from './every-shard-owned.ts';
import { fairWaiting } from './fair-waiting.ts';
import { incarnationsNeverDecrease } from './incarnations-never-decrease.ts';
import { legalStatuses } from './legal-statuses.ts';
import { noEditLost } from './no-edit-lost.ts';
import { noLoadBalancerLost } from './no-load-balancer-lost.ts';
import { noRecordRefused } from './no-record-refused.ts';
import { noRequestHangs } from './no-request-hangs.ts';
import { noResurrection } from './no-resurrection.ts';
import { noServerErrors } from './no-server-errors.ts';
import { noThrash } from './no-thrash.ts';
import { noUnexpectedEvents } from './no-unexpected-events.ts';
import { nothingRightfulRefused } from './nothing-rightful-refused.ts';
import { oneHolderPerEpoch } from './one-holder-per-epoch.ts';
import { oneLoadBalancerPerAddress } from './one-load-balancer-per-address.ts';
import { oneOwnerPerTerm } from './one-owner-per-term.ts';
import { oneServerPerVip } from './one-server-per-vip.ts';
import { pendingEndsInTime } from './pending-ends-in-time.ts';
import { pendingExactlyWhenNobodyCan } from './pending-exactly-when-nobody-can.ts';
import { persistBeforeEffect } from './persist-before-effect.ts';
import { quietAtTheEnd } from './quiet-at-the-end.ts';
import { readsNeverGoBack } from './reads-never-go-back.ts';
import { rebindsInTime } from './rebinds-in-time.ts';
import { restartsMoveNothing } from './restarts-move-nothing.ts';
import { sameOutcomeAsACalmRun } from './same-outcome-as-a-calm-run.ts';
import { selfConsistentRecords } from './self-consistent-records.ts';
import { standbyAtTheEnd } from './standby-at-the-end.ts';
import { statusesTellTheTruth } from './statuses-tell-the-truth.ts';
import { trafficGoesOn } from './traffic-goes-on.ts';
import { unfencedWritesInTurn } from './unfenced-writes-in-turn.ts';

export const checkerKinds: readonly CheckerKind[] = [
  adoptsWhatRuns,
  answersWhenWell,
  boundAtTheEnd,
  boundsHold,
  capableAgentsOnly,
  contentNeverGoesBack,
  deviceEqualsDesired,
  epochsNeverDecrease,
  everyShardOwned,
  fairWaiting,
  incarnationsNeverDecrease,
  legalStatuses,
  noEditLost,
  noLoadBalancerLost,
  noRecordRefused,
  noRequestHangs,
  noResurrection,
  noServerErrors,
  noThrash,
  noUnexpectedEvents,
  nothingRightfulRefused,
  oneHolderPerEpoch,
  oneLoadBalancerPerAddress,
  oneOwnerPerTerm,
  oneServerPerVip,
  pendingEndsInTime,
  pendingExactlyWhenNobodyCan,
  persistBeforeEffect,
  quietAtTheEnd,
  readsNeverGoBack,
  rebindsInTime,
  restartsMoveNothing,
  sameOutcomeAsACalmRun,
  selfConsistentRecords,
  standbyAtTheEnd,
  statusesTellTheTruth,
  trafficGoesOn,
  unfencedWritesInTurn,
];
