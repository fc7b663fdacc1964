import type { Log } from '../../../machines/ports/log.ts';
import type { Noting } from './noting.ts';

/** The same log, of whose warnings and errors the tap is told while somebody watches. */
export function tappedLog(log: Log, noting: Noting, common: object = {}): Log {
  const note = (level: 'warn' | 'error', fields: object, message: string): void => {
    if (noting.isWatched) noting.trouble(level, { ...common, ...fields }, message);
  };
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn(fields, message) {
      log.warn(fields, message);
      note('warn', fields, message);
    },
    error(fields, message) {
      log.error(fields, message);
      note('error', fields, message);
    },
    child: (fields) => tappedLog(log.child(fields), noting, { ...common, ...fields }),
  };
}
