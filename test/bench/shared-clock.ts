import type { Clock, MonotonicMs } from '../../machines/ports/clock.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';

/** Milliseconds of the machine's monotonic clock, which all its processes read alike. */
export function sharedMs(): MonotonicMs {
  return (Number(process.hrtime.bigint()) / 1e6) as MonotonicMs;
}

/** The system's clock, but one whose readings can be compared between processes. */
export const sharedClock: Clock = { ...systemClock, monotonicMs: sharedMs };
