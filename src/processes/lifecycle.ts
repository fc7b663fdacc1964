import type { Log } from '../../machines/ports/log.ts';
import { systemClock as clock } from '../adapters/system-clock.ts';
import { stopAsks } from './stop-asks.ts';

/** What a child process tells the one that started it. */
export type ProcessMessage = { readonly type: 'ready'; readonly url: string | null };

/** Tells the parent, where there is one, that this process does its work now. */
export function tellReady(url: string | null): void {
  const message: ProcessMessage = { type: 'ready', url };
  // A parent that is gone by now needs no word, and its going is told by `untilAskedToStop`.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** `parent`: whoever started this process is gone or lets go of it, and with it all that it started. */
export type StopRequest = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'parent';

/**
 * Resolves when this process is asked to end: by a signal, or by the parent that started it with a
 * channel and closed it, be it by its death. Asked a second time, the process ends at once. Whoever leaves something
 * behind by ending at once `endsWithTerminal`; others may go on after theirs, as under nohup.
 */
export function untilAskedToStop(
  log: Log,
  { endsWithTerminal = false } = {},
): Promise<StopRequest> {
  return new Promise((resolve) => {
    const asks = stopAsks(clock);
    const ask = (why: StopRequest): void => {
      const which = asks();
      if (which === 'echo') return;
      if (which === 'again') {
        log.warn({ why }, 'asked a second time: ending at once');
        process.exit(1);
      }
      log.info({ why }, 'stopping');
      resolve(why);
    };
    process.on('SIGINT', () => ask('SIGINT'));
    process.on('SIGTERM', () => ask('SIGTERM'));
    if (endsWithTerminal) process.on('SIGHUP', () => ask('SIGHUP'));
    // Only a process that was started with a channel can send; the parent may be gone already.
    if (process.send === undefined) return;
    if (process.connected) process.on('disconnect', () => ask('parent'));
    else ask('parent');
  });
}
