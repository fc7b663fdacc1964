import { systemClock } from '../../src/adapters/system-clock.ts';
import { delay } from '../../machines/ports/clock.ts';

const pollMs = 5;

/** Waits until the condition holds; the error names what was waited for, and may tell what was seen meanwhile. */
export async function until(
  what: string | (() => string),
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const endMs = systemClock.monotonicMs() + timeoutMs;
  while (!(await condition())) {
    if (systemClock.monotonicMs() >= endMs) {
      const named = typeof what === 'string' ? what : what();
      throw new Error(`waited ${timeoutMs} ms in vain until ${named}`);
    }
    await delay(systemClock, pollMs);
  }
}
