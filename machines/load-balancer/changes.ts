import {
  bestCandidate,
  bindTo,
  type Change,
  names,
  nameStandby,
  rebindInPlace,
  standbyCandidate,
} from './binding.ts';
import { type LoadBalancerContext, rejectedMax } from './context.ts';
import type { LoadBalancerEvent } from './events.ts';

/** What the machine's actions make of an event: pure, and empty for events of another type. */
interface Args {
  readonly context: LoadBalancerContext;
  readonly event: LoadBalancerEvent;
}

export function noteDesired({ context, event }: Args): Change {
  if (event.type !== 'desired.changed') return {};
  const newer = event.generation > context.generation || event.status !== context.status;
  // Nobody waits for longer because it is asked for again, and the alarm is set for the deadline that it had.
  const isAgain = context.status === 'deleting' && event.status === 'deleting';
  const { driver, reschedulable, leased, queued, zone, generation, status, at, deadlineAt } = event;
  return {
    driver,
    reschedulable,
    leased,
    queued,
    zone,
    generation,
    status,
    ...(newer ? { refusal: null } : {}),
    ...(newer && !isAgain ? { deadlineAt, overdue: false } : {}),
    waitingSince: context.binding === null ? (context.waitingSince ?? at) : context.waitingSince,
  };
}

export function bind({ context, event }: Args): Change {
  if (event.type !== 'place' && event.type !== 'agent.leaving') return {};
  const best = bestCandidate(context, event);
  return best === null ? {} : bindTo(context, best, event);
}

export function rebindAbove({ context, event }: Args): Change {
  if (event.type === 'claim') return rebindInPlace(context, event.epoch);
  if (event.type === 'driven.fenced') return rebindInPlace(context, event.by.epoch);
  return {};
}

export function nameBestStandby({ context, event }: Args): Change {
  if (event.type !== 'place') return {};
  const candidate = standbyCandidate(context, event);
  return candidate === null ? {} : nameStandby(context, candidate);
}

/** The words for one that waits in a queue, whoever may take it. */
export const waitsInQueue = 'waits in the queue of its device for a free agent';

export function noteQueued({ context, event }: Args): Change {
  const at = 'at' in event ? event.at : null;
  return { reason: waitsInQueue, waitingSince: context.waitingSince ?? at };
}

export function noteLost({ context, event }: Args): Change {
  if (event.type !== 'agent.lost') return {};
  return {
    waitingSince: context.waitingSince ?? event.at,
    reason: wordsOfLoss(event),
  };
}

/** Why it has another holder, or none. */
export function wordsOfLoss({
  agent,
  verdict,
}: Extract<LoadBalancerEvent, { type: 'agent.lost' }>): string {
  return `agent ${agent} is lost: ${verdict}`;
}

export function noteWaiting({ event }: Args): Change {
  if (event.type !== 'place') return {};
  return { reason: event.reason, rejected: event.rejected.slice(0, rejectedMax) };
}

export function noteSeen({ context, event }: Args): Change {
  if (event.type !== 'claim') return {};
  return { lastEpoch: Math.max(context.lastEpoch, event.epoch) };
}

export function noteApplied({ context, event }: Args): Change {
  if (event.type !== 'driven.applied') return {};
  const complete = event.generation >= context.generation;
  return {
    appliedEpoch: event.epoch,
    appliedGeneration: Math.max(context.appliedGeneration, event.generation),
    operating: event.operating ?? context.operating,
    replaced: null,
    reason: null,
    ...(complete ? { deadlineAt: null, overdue: false, refusal: null, retryAt: null } : {}),
  };
}

export function dropShadow({ context, event }: Args): Change {
  if (event.type !== 'shadow.ended') return {};
  return { shadows: context.shadows.filter((seat) => !names(seat, event)) };
}

export function noteRefusal({ event }: Args): Change {
  if (event.type !== 'driven.refused') return {};
  return { refusal: event.message, reason: event.message, retryAt: event.retryAt };
}

export function noteTombstone({ event }: Args): Change {
  if (event.type !== 'driven.fenced') return {};
  const message = 'the device holds a tombstone for this load balancer and refuses it for good';
  return { refusal: message, reason: message, retryAt: null };
}

export function noteTrouble({ event }: Args): Change {
  return event.type === 'driven.trouble' ? { reason: event.message } : {};
}
