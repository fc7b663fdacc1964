import { constants } from 'node:os';
import { Command } from 'commander';
import { runDemo } from '../../demo/demo.ts';
import { agentsMax } from '../../up/stack.ts';
import { wholeNumber } from './up.ts';

export const demoCommand = new Command('demo')
  .description('show a failover with real parts: an agent is killed, its load balancer holds fast')
  .option(
    '--agents <n>',
    'how many agents; with 1, nobody can take over',
    wholeNumber(1, agentsMax),
    2,
  )
  .option('--json', 'end with one line of JSON')
  .action(async (options: { agents: number; json?: true }) => {
    const interrupted = new AbortController();
    let by: NodeJS.Signals | null = null;
    const interrupt = (signal: NodeJS.Signals): void => {
      // Asked a second time: ending at once, whatever is left behind.
      if (by !== null) process.exit(128 + constants.signals[signal]);
      by = signal;
      console.error('Interrupted: ending everything that was started ...');
      interrupted.abort(new Error(`interrupted by ${signal}`));
    };
    process.on('SIGINT', interrupt);
    process.on('SIGTERM', interrupt);
    const { signal } = interrupted;
    try {
      const { agents } = options;
      const outcome = await runDemo({ agents, print: (line) => console.log(line), signal });
      if (options.json === true) console.log(JSON.stringify(outcome));
      process.exit(outcome.ok ? 0 : 1);
    } catch (error) {
      if (by === null) throw error;
      // As a shell tells it of a program that a signal ended.
      process.exit(128 + constants.signals[by as NodeJS.Signals]);
    }
  });
