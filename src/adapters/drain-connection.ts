import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';

/** How long is waited for what is queued. */
export const drainTimeoutMs = 2_000;

/** Resolves when what is queued has left, or the time for that is over. */
export function drainConnection(
  connection: { drain(): Promise<void> },
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(drainTimeoutMs, resolve);
    connection.drain().then(
      () => (clock.clearTimer(timer), resolve()),
      (error: unknown) => {
        log.warn({ err: error }, 'The connection could not be drained.');
        clock.clearTimer(timer);
        resolve();
      },
    );
  });
}
