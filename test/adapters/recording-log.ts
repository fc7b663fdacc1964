import type { Log } from '../../machines/ports/log.ts';

export interface RecordedLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: object;
}

/** A log that a test can read. */
export function recordingLog(lines: RecordedLine[] = []): Log & { lines: RecordedLine[] } {
  const add = (level: RecordedLine['level']) => (fields: object, message: string) =>
    void lines.push({ level, message, fields });
  return {
    lines,
    debug: add('debug'),
    info: add('info'),
    warn: add('warn'),
    error: add('error'),
    child: () => recordingLog(lines),
  };
}
