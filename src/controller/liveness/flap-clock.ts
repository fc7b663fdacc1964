import type { LivenessContext } from '../../../machines/liveness/context.ts';
import type { LivenessEvent } from '../../../machines/liveness/machine.ts';
import type { Clock } from '../../../machines/ports/clock.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import type { ActorHost } from '../../host/actor-host.ts';
import { alarm } from '../../host/alarm.ts';

export interface FlapClockOptions {
  readonly clock: Clock;
  readonly timings: Pick<Timings, 'flapQuietMs' | 'lapseMs'>;
  readonly host: () => ActorHost<LivenessContext, LivenessEvent>;
}

/**
 * Reports when an agent that flaps has been alive for long enough. A judge that finds on record that this
 * should have been long ago was not there to see it, and counts the whole time anew.
 */
export function flapClock({ clock, timings, host }: FlapClockOptions) {
  const { flapQuietMs, lapseMs } = timings;
  return alarm<LivenessEvent>({
    clock,
    life: (agent) => host().actor(agent),
    dueAt: (agent) => host().context(agent)?.flapping?.until ?? null,
    // By then another controller has taken a dead one's actors over.
    belief: () => ({ aheadMaxMs: flapQuietMs, passedMaxMs: lapseMs, graceMs: flapQuietMs }),
    event: (until) => ({ type: 'calmed', until, at: clock.wallMs() }),
  });
}
