import { join, resolve } from 'node:path';
import { homedir } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { expectedFailover } from '../../../machines/timings/expected-failover.ts';
import { presets } from '../../../machines/timings/timings.ts';
import { systemClock as clock } from '../../adapters/system-clock.ts';
import { CommandError } from '../../client/api-client.ts';
import { createLog, type LogLevel } from '../../log/log.ts';
import { untilAskedToStop } from '../../processes/lifecycle.ts';
import { agentsMax, loopbackPool, Stack } from '../../up/stack.ts';

const preset = 'local';

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

interface UpOptions {
  readonly directory: string;
  readonly agents: number;
  readonly apiPort: number;
  readonly logLevel: LogLevel;
}

export const upCommand = new Command('up')
  .description('run all of Holdfast on this machine: NATS, a controller with the API, agents')
  .option('-d, --directory <path>', 'where keys, records and state live', defaultDirectory)
  .option('--agents <n>', 'how many agents of this host', wholeNumber(0, agentsMax), 2)
  .option('--api-port <port>', 'port of the API on 127.0.0.1', wholeNumber(0, 65_535), 9_876)
  .addOption(
    new Option('--log-level <level>', 'how much the processes say')
      .choices(['debug', 'info', 'warn', 'error', 'silent'])
      .default('info'),
  )
  .action(async (options: UpOptions) => {
    const log = createLog({ level: options.logLevel, name: 'up' });
    const asked = untilAskedToStop(log);
    const starting = new AbortController();
    void asked.then((why) => starting.abort(new CommandError(`${why} while starting`)));
    const stack = await Stack.start({
      directory: resolve(options.directory),
      agents: options.agents,
      apiPort: options.apiPort,
      preset,
      drivers: { haproxy: {} },
      logLevel: options.logLevel,
      natsBinary: process.env['HOLDFAST_NATS_SERVER'] ?? 'nats-server',
      clock,
      log,
      restart: true,
      output: 'inherit',
      signal: starting.signal,
    });
    const expected = expectedFailover(presets[preset])
      .map(({ evidence, totalMs }) => `${evidence} ≤ ${totalMs} ms`)
      .join(', ');
    console.log(
      [
        `Holdfast is up: the API listens at ${stack.apiUrl}`,
        `  agents: ${[...stack.agents.keys()].join(', ') || 'none'}; state in ${options.directory}`,
        `  addresses: ${loopbackPool.cidr}, subnet ${loopbackPool.subnetName} (${loopbackPool.subnetId})`,
        `  a dead agent's load balancers are taken over: ${expected}`,
        '  try: npm run holdfast -- agents',
        'Ctrl-C stops it.',
      ].join('\n'),
    );
    await asked;
    await stack.stop();
    process.exit(0);
  });
