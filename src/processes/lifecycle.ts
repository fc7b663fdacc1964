import type { Log } from '../../machines/ports/log.ts';

/** What a child process tells the one that started it. */
export type ProcessMessage = { readonly type: 'ready'; readonly url: string | null };

/** Tells the parent, where there is one, that this process does its work now. */
export function tellReady(url: string | null): void {
  const message: ProcessMessage = { type: 'ready', url };
  process.send?.(message);
}

/**
 * Resolves when this process is asked to end: by a signal, or by the end of the parent that started
 * it with a channel. A second signal ends it at once.
 */
export function untilAskedToStop(log: Log): Promise<string> {
  return new Promise((resolve) => {
    let asked = false;
    const ask = (why: string): void => {
      if (asked) {
        log.warn({ why }, 'asked a second time: ending at once');
        process.exit(1);
      }
      asked = true;
      log.info({ why }, 'stopping');
      resolve(why);
    };
    process.on('SIGINT', () => ask('SIGINT'));
    process.on('SIGTERM', () => ask('SIGTERM'));
    if (process.channel !== undefined && process.channel !== null) {
      process.on('disconnect', () => ask('the parent process has ended'));
    }
  });
}
