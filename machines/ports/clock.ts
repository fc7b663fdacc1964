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
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const abort = () => {
      clock.clearTimer(timer);
      reject(signal?.reason as Error);
    };
    const timer = clock.setTimer(delayMs, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}
