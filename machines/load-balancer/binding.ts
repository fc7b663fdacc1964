import { type Seat, sameSeat } from '../protocol/seat.ts';
import { type LoadBalancerContext, placedOn } from './context.ts';
import type { Candidate, LoadBalancerEvent } from './events.ts';
import { hasRoom, mayStart, shadowsBehind } from './shadows.ts';

/**
 * The binding rules of docs/binding.md, as pure functions from a context to what changes in it.
 * Whoever is named in a role takes the next epoch (R1); only promotion keeps one, and names nobody.
 */
export type Change = Partial<LoadBalancerContext>;

/** What offers places: at any time, or to leave a holder that still serves. */
type Offer = Extract<LoadBalancerEvent, { type: 'place' | 'agent.leaving' }>;

/** Rebinds to a new holder under a new epoch. */
export function bindTo(
  context: LoadBalancerContext,
  to: Candidate,
  { claimants }: Pick<Offer, 'claimants'>,
): Change {
  const epoch = context.lastEpoch + 1;
  return {
    ...seated(context, { agent: to.agent, incarnation: to.incarnation, epoch }),
    lastEpoch: epoch,
    shadows: shadowsBehind(context, to.agent, claimants),
    // A standby that is older than the binding could never be promoted: its epoch would be refused.
    standby: null,
    host: to.host,
    device: to.device,
  };
}

/** The standby takes the binding under the epoch that it was given when it was named. */
export function promote(context: LoadBalancerContext): Change {
  if (context.standby === null) throw new Error('there is no standby to promote');
  return { ...seated(context, context.standby), standby: null };
}

/** The same holder again, above every epoch that was seen (R9, R10). */
export function rebindInPlace(context: LoadBalancerContext, seen: number): Change {
  if (context.binding === null) throw new Error('there is no binding to renew');
  const epoch = Math.max(context.lastEpoch, seen) + 1;
  return { ...seated(context, { ...context.binding, epoch }), lastEpoch: epoch, standby: null };
}

export function nameStandby(context: LoadBalancerContext, to: Candidate): Change {
  const epoch = context.lastEpoch + 1;
  return {
    standby: { agent: to.agent, incarnation: to.incarnation, epoch },
    lastEpoch: epoch,
  };
}

function seated(context: LoadBalancerContext, binding: Seat): Change {
  const replaced = sameAgent(context.binding, binding) ? null : context.binding;
  return {
    binding,
    replaced,
    waitingSince: null,
    retryAt: null,
    reason: null,
    rejected: [],
  };
}

function sameAgent(a: Seat | null, b: Seat): boolean {
  return a !== null && a.agent === b.agent;
}

/**
 * The first candidate that it may go to. After a lost race an offer is taken again on a newer record than
 * it was made for, and then it may name other hosts, or devices, than the one that the load balancer can't
 * leave, or that a shadow may still serve on. A holder that is left stops before the next one starts, so
 * its own lease stands in nobody's way.
 */
export function bestCandidate(context: LoadBalancerContext, offer: Offer): Candidate | null {
  const { reschedulable, host } = context;
  const { candidates, claimants, type } = offer;
  const isFree = reschedulable || host === null;
  const device = placedOn(context);
  return (
    candidates.find(
      (candidate) =>
        (isFree || candidate.host === host) &&
        (device === null || candidate.device === device) &&
        (type === 'agent.leaving' || mayStart(context, candidate, claimants)) &&
        hasRoom(context, candidate.agent, claimants),
    ) ?? null
  );
}

/**
 * The first one that is not the holder itself. What is leased has no standby: nobody may start before the
 * holder's lease has lapsed, and by then a seat has been written. What is queued has none: whoever is free
 * first takes it.
 */
export function standbyCandidate(context: LoadBalancerContext, offer: Offer): Candidate | null {
  if (context.leased || context.queued) return null;
  const others = offer.candidates.filter(({ agent }) => agent !== context.binding?.agent);
  return bestCandidate(context, { ...offer, candidates: others });
}

export function names(
  seat: Seat | null,
  event: { readonly agent: string; readonly incarnation: number },
): boolean {
  return seat !== null && seat.agent === event.agent && seat.incarnation === event.incarnation;
}

/** May `binding` be commanded although its own commit is still under way? */
export function authorisedByCommit(
  binding: Seat,
  committed: Pick<LoadBalancerContext, 'binding' | 'standby'>,
): boolean {
  // R2: it is the committed binding. R3: it is the committed standby, which was granted its epoch.
  return sameSeat(binding, committed.binding) || sameSeat(binding, committed.standby);
}

/**
 * Is the standby promoted, and nothing else known yet? That need not be written before its device has answered: its
 * command goes by the grant (R3), and whoever takes the load balancer over meanwhile promotes it again.
 */
export function isGrant(live: LoadBalancerContext, committed: LoadBalancerContext): boolean {
  const { binding, status, generation, leased, appliedEpoch, reason, refusal, overdue } = live;
  const isPromoted = binding !== null && sameSeat(binding, committed.standby);
  if (!isPromoted || leased || status !== 'live' || generation !== committed.generation)
    return false;
  return appliedEpoch < binding.epoch && reason === null && refusal === null && !overdue;
}
