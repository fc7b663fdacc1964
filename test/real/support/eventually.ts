import { delay } from '../../../machines/ports/clock.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';

const pollMs = 20;
/** Far longer than anything takes; what comes late on a busy machine is no failure. */
const defaultDeadlineMs = 30_000;

/**
 * Looks again and again until there is a value other than null and false, and returns it. Rejects at
 * the deadline, naming what was waited for.
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | false> | T | null | false,
  deadlineMs: number = defaultDeadlineMs,
): Promise<T> {
  const endMs = systemClock.monotonicMs() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== false) return seen;
    if (systemClock.monotonicMs() >= endMs) {
      throw new Error(`waited ${deadlineMs} ms in vain until ${what}`);
    }
    await delay(systemClock, pollMs);
  }
}
