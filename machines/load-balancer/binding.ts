import { type Seat, sameSeat } from '../protocol/seat.ts';
import type { LoadBalancerContext } from './context.ts';
import type { Candidate } from './events.ts';

/**
 * The binding rules of docs/binding.md, as pure functions from a context to what changes in it.
 * Whoever is named in a role takes the next epoch (R1); only promotion keeps one, and names nobody.
 */
export type Change = Partial<LoadBalancerContext>;

/** Rebinds to a new holder under a new epoch. */
export function bindTo(context: LoadBalancerContext, to: Candidate): Change {
  const epoch = context.lastEpoch + 1;
  return {
    ...seated(context, { agent: to.agent, incarnation: to.incarnation, epoch }),
    lastEpoch: epoch,
    // A standby that is older than the binding could never be promoted: its epoch would be refused.
    standby: null,
    host: to.host,
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
 * it was made for, and then it may name other hosts than the one that the load balancer can't leave.
 */
export function bestCandidate(
  { reschedulable, host }: LoadBalancerContext,
  candidates: readonly Candidate[],
): Candidate | null {
  const isFree = reschedulable || host === null;
  return candidates.find((candidate) => isFree || candidate.host === host) ?? null;
}

/** The first one that is not the holder itself. */
export function standbyCandidate(
  context: LoadBalancerContext,
  candidates: readonly Candidate[],
): Candidate | null {
  const others = candidates.filter((candidate) => candidate.agent !== context.binding?.agent);
  return bestCandidate(context, others);
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
