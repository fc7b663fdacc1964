import { constants } from 'node:os';
import { Command } from 'commander';
import { runDemo } from '../../demo/demo.ts';
import { agentsMax } from '../../up/stack.ts';
import { wholeNumber } from './up.ts';

interface DemoCommandOptions {
  readonly agents: number;
  readonly oneHost?: boolean;
  readonly json?: true;
}

export const demoCommand = new Command('demo')
  .description('show a failover with real parts: an agent is killed, its load balancer holds fast')
  .option(
    '--agents <n>',
    'how many agents; with 1, nobody can take over',
    wholeNumber(1, agentsMax),
    2,
  )
  .option('--one-host', 'all agents on one host, as for users other than root')
  .option('--json', 'end with one line of JSON')
  .action(async ({ agents, oneHost = false, json }: DemoCommandOptions) => {
    const interrupted = new AbortController();
    const { signal } = interrupted;
    let status = 0;
    const interrupt = (by: 'SIGINT' | 'SIGTERM'): void => {
      // Asked a second time: ending at once, whatever is left behind.
      if (signal.aborted) process.exit(status);
      // As a shell tells it of a program that a signal ended.
      status = 128 + constants.signals[by];
      console.error('Interrupted: ending everything that was started ...');
      interrupted.abort(new Error(`interrupted by ${by}`));
    };
    process.on('SIGINT', () => interrupt('SIGINT'));
    process.on('SIGTERM', () => interrupt('SIGTERM'));
    try {
      const outcome = await runDemo({
        agents,
        oneHost,
        print: (line) => console.log(line),
        signal,
      });
      if (json === true) console.log(JSON.stringify(outcome));
      process.exit(outcome.ok ? 0 : 1);
    } catch (error) {
      if (!signal.aborted) throw error;
      process.exit(status);
    }
  });
