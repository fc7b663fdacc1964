import type { Log } from '../../machines/ports/log.ts';
import type { LogLevel } from './events.ts';

/**
 * The log of a virtual process: its warnings and errors, told to the world's observers. What else it
 * says follows from transitions, messages and writes, which are told anyway.
 */
export function recordingLog(
  note: (level: LogLevel, fields: object, message: string) => void,
  bound: object = {},
): Log {
  const at = (level: LogLevel) => (fields: object, message: string) =>
    note(level, { ...bound, ...fields }, message);
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: at('warn'),
    error: at('error'),
    child: (fields) => recordingLog(note, { ...bound, ...fields }),
  };
}
