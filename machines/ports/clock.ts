import type { Cancellation } from './cancellation.ts';

/** Milliseconds since the Unix epoch: for durable deadlines and timestamps, never for leases. */
export type WallMs = number & { readonly __wall: unique symbol };

/** Milliseconds on a clock that never jumps: for leases, silence and backoff, never stored. */
export type MonotonicMs = number & { readonly __monotonic: unique symbol };

/** A running timer; only the clock that made it can read it. */
export type Timer = { readonly __timer: unique symbol };

/**
 * The only source of time and timers. Two readings, kept apart by their types, because a lease that
 * is measured on wall time ends early or late when somebody sets the host's clock.
 */
export interface Clock {
  wallMs(): WallMs;
  monotonicMs(): MonotonicMs;
  /** Calls `run` once after `delayMs` (0 means: as soon as the current work is done). */
  setTimer(delayMs: number, run: () => void): Timer;
  clearTimer(timer: Timer): void;
}

/** Resolves after `delayMs` on the given clock; rejects with the signal's reason when aborted. */
export function delay(clock: Clock, delayMs: number, signal?: Cancellation): Promise<void> {
  return new Promise((resolve, reject) => {
    wait(clock, delayMs, signal, resolve, () => reject(signal?.reason as Error));
  });
}

/** Resolves after `delayMs`, or as soon as the signal is aborted: for work that looks at it anyway. */
export function pause(clock: Clock, delayMs: number, signal: Cancellation): Promise<void> {
  return new Promise((resolve) => {
    wait(clock, delayMs, signal, resolve, resolve);
  });
}

function wait(
  clock: Clock,
  delayMs: number,
  signal: Cancellation | undefined,
  passed: () => void,
  aborted: () => void,
): void {
  if (signal === undefined) {
    clock.setTimer(delayMs, passed);
    return;
  }
  if (signal.aborted) {
    aborted();
    return;
  }
  const ending = new Ending(clock, signal, aborted);
  ending.timer = clock.setTimer(delayMs, () => {
    signal.removeEventListener('abort', ending.abort);
    passed();
  });
  signal.addEventListener('abort', ending.abort);
}

/** How a wait is ended before its time; a class, because naming a function costs more than the wait. */
class Ending {
  timer: Timer | null = null;
  readonly abort: () => void;

  constructor(clock: Clock, signal: Cancellation, aborted: () => void) {
    this.abort = () => {
      signal.removeEventListener('abort', this.abort);
      if (this.timer !== null) clock.clearTimer(this.timer);
      aborted();
    };
  }
}
