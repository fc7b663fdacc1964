import { isatty } from 'node:tty';
import { pino } from 'pino';
import { pinoPretty } from './pretty.ts';
import type { Log } from '../../machines/ports/log.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

const stderr = 2;

/** Keys whose values never reach a log, whoever puts them there. */
const secrets = ['seed', 'nkeySeed', 'password', 'token', 'authorization', 'privateKey'];

/** pino on standard error: readable lines on a terminal, JSON otherwise. */
export function createLog(options: { readonly level: LogLevel; readonly name: string }): Log {
  const { level, name } = options;
  const destination = isatty(stderr)
    ? pinoPretty(stderr)
    : pino.destination({ dest: stderr, sync: true });
  const redact = { paths: secrets.flatMap((key) => [key, `*.${key}`]), censor: '[secret]' };
  return pino({ level, name, redact, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}
