import { systemClock } from '../../src/adapters/system-clock.ts';
import { type RunOptions, type RunResult, simulate } from '../simulate.ts';

/** A run, and how much happened in it. Plain data: it crosses from worker processes. */
export interface MeasuredRun {
  readonly result: RunResult;
  /** How many faults happened to the world. */
  readonly faults: number;
  /** How many writes the stores committed. */
  readonly writes: number;
  readonly wallMs: number;
}

/** Runs one seed and counts what the table shows. The wall clock is read around it; no run sees it. */
export async function measuredRun(options: RunOptions): Promise<MeasuredRun> {
  let faults = 0;
  let writes = 0;
  const beganMs = systemClock.monotonicMs();
  const result = await simulate({
    ...options,
    observer: (event, atMs) => {
      if (event.type === 'fault' && event.phase === 'begins') faults += 1;
      else if (event.type === 'stored') writes += 1;
      options.observer?.(event, atMs);
    },
  });
  return { result, faults, writes, wallMs: systemClock.monotonicMs() - beganMs };
}
