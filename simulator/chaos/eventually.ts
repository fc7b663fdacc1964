import { delay } from '../../machines/ports/clock.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';

const pollMs = 20;

export interface Patience {
  readonly deadlineMs: number;
  /** Breaks the waiting off. */
  readonly signal: AbortSignal;
}

/**
 * Looks again and again until there is a value other than null and false, and returns it. Rejects at
 * the deadline, naming what was waited for.
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | false> | T | null | false,
  { deadlineMs, signal }: Patience,
): Promise<T> {
  const endMs = systemClock.monotonicMs() + deadlineMs;
  for (;;) {
    signal.throwIfAborted();
    const seen = await look();
    if (seen !== null && seen !== false) return seen;
    if (systemClock.monotonicMs() >= endMs) {
      throw new Error(`waited ${deadlineMs} ms in vain until ${what}`);
    }
    await delay(systemClock, pollMs, signal);
  }
}
