import type { Timings } from './timings.ts';

export interface ExpectedFailover {
  readonly evidence: 'goodbye' | 'connection closed' | 'silence';
  /** Milliseconds from the event to the command that rebinds; the device's own time comes on top. */
  readonly totalMs: number;
  /** The sum in words, so that an operator sees which setting costs what. */
  readonly sum: string;
}

/** How long a rebind takes by the timings alone, for each kind of evidence: the worst case. */
export function expectedFailover(timings: Timings): readonly ExpectedFailover[] {
  const silenceMs = timings.deadAfterMs + timings.heartbeatMs / 2;
  return [
    { evidence: 'goodbye', totalMs: 0, sum: 'at once: the agent says so before it stops' },
    {
      evidence: 'connection closed',
      totalMs: timings.reconnectGraceMs,
      sum: `reconnectGraceMs ${timings.reconnectGraceMs}`,
    },
    {
      evidence: 'silence',
      totalMs: silenceMs,
      sum: `deadAfterMs ${timings.deadAfterMs} + heartbeatMs / 2 ${timings.heartbeatMs / 2}`,
    },
  ];
}
