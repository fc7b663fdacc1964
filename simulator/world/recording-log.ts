import type { Log } from '../../machines/ports/log.ts';
import type { LogLevel } from './events.ts';

/** The log of a virtual process: told to the world's observers. Debug lines are left out. */
export function recordingLog(
  note: (level: LogLevel, fields: object, message: string) => void,
  bound: object = {},
): Log {
  const at = (level: LogLevel) => (fields: object, message: string) =>
    note(level, { ...bound, ...fields }, message);
  return {
    debug: () => undefined,
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => recordingLog(note, { ...bound, ...fields }),
  };
}
