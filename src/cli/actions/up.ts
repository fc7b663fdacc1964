import { resolve } from 'node:path';
import { expectedFailover } from '../../../machines/timings/expected-failover.ts';
import { presets } from '../../../machines/timings/timings.ts';
import { systemClock as clock } from '../../adapters/system-clock.ts';
import { CommandError } from '../../client/api-client.ts';
import { createLog, type LogLevel } from '../../log/log.ts';
import { untilAskedToStop } from '../../processes/lifecycle.ts';
import { loopbackPool, Stack } from '../../up/stack.ts';

const preset = 'local';

export interface UpOptions {
  readonly directory: string;
  readonly agents: number;
  readonly apiPort: number;
  readonly logLevel: LogLevel;
}

/** `holdfast up`; the process ends with it. */
export async function upAction(options: UpOptions): Promise<void> {
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
}
