import { Option } from 'commander';
import type { LogLevel } from '../../log/log.ts';

/** How much a command's own process says; the same for every command that has it. */
export const logLevelOption = (by: LogLevel, what: string) =>
  new Option('--log-level <level>', what)
    .choices(['debug', 'info', 'warn', 'error', 'silent'])
    .default(by);
