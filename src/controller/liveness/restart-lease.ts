import type { LivenessContext } from '../../../machines/liveness/context.ts';
import type { LivenessEvent } from '../../../machines/liveness/machine.ts';
import type { Clock } from '../../../machines/ports/clock.ts';
import type {
  AskRestartLease,
  RestartLeaseReply,
} from '../../../machines/protocol/agent-messages.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import type { ActorHost } from '../../host/actor-host.ts';
import { alarm } from '../../host/alarm.ts';

type Host = ActorHost<LivenessContext, LivenessEvent>;

export interface LeaseClockOptions {
  readonly clock: Clock;
  readonly timings: Timings;
  readonly host: () => Host;
}

/**
 * Reports when a restart lease is over. A judge that takes one over from a record goes by the time that
 * stands there, unless it can't be true: then it counts the whole lease anew.
 */
export function leaseClock({ clock, timings, host }: LeaseClockOptions) {
  const leaseOf = (agent: string) => host().context(agent)?.restart ?? null;
  return alarm<LivenessEvent>({
    clock,
    life: (agent) => host().actor(agent),
    dueAt: (agent) => leaseOf(agent)?.until ?? null,
    belief: (agent) => {
      const wholeMs = leaseOf(agent)?.forMs ?? 0;
      // By then another controller has taken a dead one's actors over.
      return { aheadMaxMs: wholeMs, passedMaxMs: timings.lapseMs, graceMs: wholeMs };
    },
    event: (until) => ({ type: 'lease.ended', until, at: clock.wallMs() }),
  });
}

/** Puts on record that an agent is waited for, and only then says so. */
export async function grantRestart(
  host: Host,
  asked: AskRestartLease,
  term: number,
  clock: Clock,
): Promise<RestartLeaseReply> {
  const { agent, incarnation, sequence, forMs } = asked;
  const refused = (reason: string, leaving = false): RestartLeaseReply => ({
    type: 'refused',
    reason,
    leaving,
  });
  const known = host.context(agent);
  if (known?.incarnation !== incarnation) return refused('its judge does not know it as such');
  if (known.cordon?.draining === true) return refused('it is being drained', true);
  const at = clock.wallMs();
  await host.ask(agent, { type: 'restart', incarnation, sequence, forMs, term, at });
  const state = String(host.actor(agent)?.snapshot?.value ?? 'unknown');
  const lease = host.context(agent)?.restart ?? null;
  const isIts = lease?.sequence === sequence;
  // What was decided when no record could be written may be committed much later, and be over by then.
  if (state === 'restarting' && isIts && lease.until > clock.wallMs()) {
    return { type: 'leased', until: lease.until };
  }
  if (isIts) {
    return refused('its restart lease had ended before it was on record');
  }
  return refused(`it is ${state}`, state === 'draining');
}
