import type { LivenessContext } from './context.ts';
import type { LivenessEvent } from './events.ts';

/*
 * An agent that is restarted on purpose says so before it goes, and is then waited for: neither a
 * closed connection nor silence is evidence against it until its lease has ended.
 */

interface Args {
  readonly context: LivenessContext;
  readonly event: LivenessEvent;
}

/** One lease for each question: the same one may come again, even when its lease is over. */
export function asksForLease({ context, event }: Args): boolean {
  if (event.type !== 'restart' || event.incarnation !== context.incarnation) return false;
  // It would keep what it holds for longer than the judge of today knows.
  if (event.term !== context.term) return false;
  // What is to be emptied is not kept for a life to come.
  if (context.cordon?.draining === true) return false;
  return context.restart === null || event.sequence > context.restart.sequence;
}

export function hasStayed({ context, event }: Args): boolean {
  if (event.type !== 'stayed' || context.restart === null) return false;
  return event.incarnation === context.incarnation && event.sequence > context.restart.sequence;
}

export const currentLease = ({ context, event }: Args): boolean =>
  event.type === 'lease.ended' && event.until === context.restart?.until;

export function noteRestart({ event }: Args): Partial<LivenessContext> {
  if (event.type !== 'restart') return {};
  const { sequence, forMs, at } = event;
  return {
    restart: { sequence, forMs, until: at + forMs },
    keptUntil: at + forMs,
    reason: 'it is being restarted, and waited for',
    suspicion: null,
    since: at,
  };
}

export function noteLeaseEnded({ event }: Args): Partial<LivenessContext> {
  if (event.type !== 'lease.ended') return {};
  const reason = 'it has not come back from its restart in time';
  return { reason, suspicion: 'silence', since: event.at };
}
