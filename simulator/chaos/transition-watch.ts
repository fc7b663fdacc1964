import { delay } from '../../machines/ports/clock.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { ApiClient } from '../../src/client/api-client.ts';
import type { Timeline } from './timeline.ts';

const retryMs = 100;

/** Follows the actors of each controller, also after it has started anew, until the signal. */
export async function followTransitions(
  url: string,
  timeline: Timeline,
  signal: AbortSignal,
): Promise<void> {
  const api = new ApiClient(url);
  while (!signal.aborted) {
    try {
      await api.follow(({ at, ...told }) => {
        const transition = { ...told, atMs: at.getTime() };
        timeline.emit({ type: 'transition', transition }, timeline.at(at.getTime()));
      }, signal);
    } catch {
      // It does not run, or has ended in the middle: that is what these runs are for.
    }
    await delay(systemClock, retryMs, signal).catch(() => undefined);
  }
}
