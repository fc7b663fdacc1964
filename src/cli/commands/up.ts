import { join } from 'node:path';
import { homedir } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { agentsMax } from '../../up/agents-max.ts';
import type { UpOptions } from '../actions/up.ts';
import { logLevelOption } from './log-level-option.ts';

export const defaultDirectory = join(
  process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'),
  'holdfast',
);

export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    // Number() alone would take an empty text for 0, and 0x10 for 16.
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= from && value <= to) return value;
    throw new InvalidArgumentError(`give a whole number from ${from} to ${to}`);
  };
}

export const upCommand = new Command('up')
  .description('run all of Holdfast on this machine: NATS, a controller with the API, agents')
  .option('-d, --directory <path>', 'where keys, records and state live', defaultDirectory)
  .option('--agents <n>', 'how many agents of this host', wholeNumber(0, agentsMax), 2)
  .option('--api-port <port>', 'port of the API on 127.0.0.1', wholeNumber(0, 65_535), 9_876)
  .addOption(logLevelOption('info', 'how much the processes say'))
  .action(async (options: UpOptions) => {
    const { upAction } = await import('../actions/up.ts');
    await upAction(options);
  });
