import { systemClock } from '../../src/adapters/system-clock.ts';
import { delay } from '../../machines/ports/clock.ts';

const pollMs = 5;

/** Waits until the condition holds; the error names what was waited for. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const endMs = systemClock.monotonicMs() + timeoutMs;
  while (!(await condition())) {
    if (systemClock.monotonicMs() >= endMs) {
      throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
    }
    await delay(systemClock, pollMs);
  }
}
