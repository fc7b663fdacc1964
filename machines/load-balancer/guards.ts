import { names, standbyCandidate } from './binding.ts';
import type { LoadBalancerContext } from './context.ts';
import type { LoadBalancerEvent } from './events.ts';

interface Args {
  readonly context: LoadBalancerContext;
  readonly event: LoadBalancerEvent;
}

export const standbyReady = ({ context, event }: Args): boolean =>
  event.type === 'place' && event.standbyReady && context.standby !== null;

export const hasCandidate = ({ event }: Args): boolean =>
  event.type === 'place' && event.candidates.length > 0;

export const standbyOffered = ({ context, event }: Args): boolean =>
  event.type === 'place' &&
  context.standby === null &&
  standbyCandidate(context, event.candidates) !== null;

export const leavesToStandby = ({ context, event }: Args): boolean =>
  event.type === 'agent.leaving' &&
  names(context.binding, event) &&
  context.standby !== null &&
  event.standbyReady;

export const leavesToCandidate = ({ context, event }: Args): boolean =>
  event.type === 'agent.leaving' && names(context.binding, event) && event.candidates.length > 0;

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

export const reportFromHolder = ({ context, event }: Args): boolean =>
  event.type === 'report' &&
  context.binding !== null &&
  event.agent === context.binding.agent &&
  event.epoch === context.binding.epoch;
