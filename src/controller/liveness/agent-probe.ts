import type { LivenessEvent } from '../../../machines/liveness/events.ts';
import type { Cancellation } from '../../../machines/ports/cancellation.ts';
import { type Clock, pause } from '../../../machines/ports/clock.ts';
import { ProbeReply } from '../../../machines/protocol/agent-messages.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import { call } from '../../messaging/endpoint.ts';
import { type Bus, NoResponders } from '../../ports/bus.ts';
import type { StormBrake } from '../fleet/storm-brake.ts';

export interface AgentProbeOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly timings: Pick<Timings, 'probeTimeoutMs' | 'reconnectGraceMs'>;
  /** May hold the verdict back. */
  readonly brake: Pick<StormBrake, 'holds'>;
  /** The agent's present incarnation. */
  readonly incarnation: (agent: string) => number;
}

/**
 * Asks a suspected agent itself. Nobody listening, and still nobody after the grace for reconnects, means
 * that its process is gone; no answer from somebody who listens means nothing yet.
 */
export function agentProbe(options: AgentProbeOptions) {
  return async (
    agent: string,
    report: (event: LivenessEvent) => void,
    signal: Cancellation,
  ): Promise<void> => {
    const { clock, timings, brake } = options;
    const incarnation = options.incarnation(agent);
    for (let nobody = 0; !signal.aborted;) {
      const answer = await askAgent(agent, options);
      const at = clock.wallMs();
      if (answer === incarnation) {
        report({ type: 'probe.answered', incarnation, at });
        return;
      }
      nobody = answer === 'nobody' ? nobody + 1 : 0;
      if (nobody >= 2 && !brake.holds()) {
        report({ type: 'probe.nobody', incarnation, at });
        return;
      }
      const waitMs = nobody === 1 ? timings.reconnectGraceMs : timings.probeTimeoutMs;
      await pause(clock, waitMs, signal);
    }
  };
}

/** Which incarnation answers; or that nobody listens, which is more than that nobody has answered in time. */
export async function askAgent(
  agent: string,
  {
    bus,
    timings,
  }: Pick<AgentProbeOptions, 'bus'> & {
    readonly timings: Pick<Timings, 'probeTimeoutMs'>;
  },
): Promise<number | 'nobody' | 'no answer'> {
  try {
    const subject = subjects.down(agent, 'probe');
    return (await call(bus, subject, {}, ProbeReply, timings.probeTimeoutMs)).incarnation;
  } catch (error) {
    return error instanceof NoResponders ? 'nobody' : 'no answer';
  }
}
