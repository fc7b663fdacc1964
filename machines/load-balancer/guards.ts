import { sameSeat } from '../protocol/seat.ts';
import { bestCandidate, names, standbyCandidate } from './binding.ts';
import type { LoadBalancerContext } from './context.ts';
import type { LoadBalancerEvent } from './events.ts';
import { standing } from './shadows.ts';

interface Args {
  readonly context: LoadBalancerContext;
  readonly event: LoadBalancerEvent;
}

export const toDelete = ({ event }: Args): boolean =>
  event.type === 'desired.changed' && event.status === 'deleting';

/** Nobody was ever named, so no device can hold anything of it. */
export const toDeleteUnbound = (args: Args): boolean =>
  toDelete(args) && args.context.lastEpoch === 0;

/** Agents take it from a queue. */
export const isQueued = ({ context, event }: Args): boolean =>
  event.type === 'desired.changed' ? event.queued : context.queued;

/** There is something that its device does not have yet, and agents take it from a queue. */
export const hasQueuedWork = ({ context }: Args): boolean =>
  context.queued && context.generation > context.appliedGeneration;

export const toDeleteByQueue = (args: Args): boolean => toDelete(args) && isQueued(args);

/** Its holder leaves, and somebody else may take it from the queue. */
export const leavesToQueue = (args: Args): boolean =>
  args.context.queued && !leavesByOrder(args) && leavesToCandidate(args);

/** It leaves for the one that an operator has chosen. */
export const leavesByOrder = (args: Args): boolean =>
  args.event.type === 'agent.leaving' && args.event.ordered === true && leavesToCandidate(args);

/** The very one that is known, or one from before: whoever tells may be behind, or have lost the rest. */
export const knownDesired = ({ context, event }: Args): boolean => {
  if (event.type !== 'desired.changed') return false;
  if (event.generation < context.generation) return true;
  return (
    event.generation === context.generation &&
    event.status === context.status &&
    event.driver === context.driver &&
    event.queued === context.queued
  );
};

/**
 * May it leave its host? Then no lost holder has a claim that a device would honour, unless it may still
 * serve under its lease.
 */
export const mayMove = ({ context, event }: Args): boolean =>
  context.reschedulable &&
  event.type === 'place' &&
  standing(context, event.claimants).length === 0;

/** It is of a shadow that is on record. */
export const ofShadow = ({ context, event }: Args): boolean =>
  event.type === 'shadow.ended' && context.shadows.some((seat) => names(seat, event));

export const bindingLost = ({ context, event }: Args): boolean =>
  event.type === 'agent.lost' && names(context.binding, event);

/** Its standby was commanded by its grant and has answered, so that it never is without a holder. */
export const lostToStandby = ({ context, event }: Args): boolean =>
  event.type === 'agent.lost' &&
  names(context.binding, event) &&
  event.takenBy !== undefined &&
  sameSeat(event.takenBy, context.standby);

export const standbyLost = ({ context, event }: Args): boolean =>
  (event.type === 'agent.lost' || event.type === 'agent.leaving') && names(context.standby, event);

export const currentDeadline = ({ context, event }: Args): boolean =>
  event.type === 'deadline.passed' && event.deadlineAt === context.deadlineAt;

export const standbyReady = ({ context, event }: Args): boolean =>
  event.type === 'place' && event.standbyReady && context.standby !== null;

export const hasCandidate = ({ context, event }: Args): boolean =>
  event.type === 'place' && bestCandidate(context, event) !== null;

/** Its holder is not left any more, and nothing is to be done: it has what is wanted, and that stays as it is. */
export const staysWithHolder = ({ context, event }: Args): boolean => {
  if (event.type !== 'place') return false;
  const { binding, appliedEpoch, appliedGeneration, generation, deadlineAt, overdue } = context;
  const best = bestCandidate(context, event);
  const isApplied = appliedEpoch === binding?.epoch && appliedGeneration >= generation;
  // Its generation may be that of an edit which a store has lost: what was wanted since then has a deadline.
  return isApplied && deadlineAt === null && !overdue && best !== null && names(binding, best);
};

export const standbyOffered = ({ context, event }: Args): boolean =>
  event.type === 'place' && context.standby === null && standbyCandidate(context, event) !== null;

export const leavesToStandby = ({ context, event }: Args): boolean =>
  event.type === 'agent.leaving' &&
  names(context.binding, event) &&
  context.standby !== null &&
  event.standbyReady;

export const leavesToCandidate = ({ context, event }: Args): boolean =>
  event.type === 'agent.leaving' &&
  names(context.binding, event) &&
  bestCandidate(context, event) !== null;

/** The event answers a command of the epoch that is bound now; late answers do not count. */
export const currentEpoch = ({ context, event }: Args): boolean =>
  'epoch' in event && event.epoch === context.binding?.epoch;

export const currentComplete = (args: Args): boolean =>
  currentEpoch(args) &&
  args.event.type === 'driven.applied' &&
  args.event.generation >= args.context.generation;

/** The epoch that somebody was seen to hold, or to be fenced by (R9). */
function seenEpoch(event: LoadBalancerEvent): number | null {
  if (event.type === 'claim') return event.epoch;
  if (event.type === 'driven.fenced') return event.by.epoch;
  return null;
}

export const aheadIsStandby = ({ context, event }: Args): boolean =>
  context.standby !== null && seenEpoch(event) === context.standby.epoch;

export const ahead = ({ context, event }: Args): boolean => {
  const seen = seenEpoch(event);
  if (seen === null) return false;
  return context.binding === null ? seen > context.lastEpoch : seen > context.binding.epoch;
};

export const removedHere = ({ event }: Args): boolean =>
  (event.type === 'driven.fenced' && event.by.removed) || (event.type === 'claim' && event.removed);
