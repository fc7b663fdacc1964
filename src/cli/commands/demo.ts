import { Command } from 'commander';
import { agentsMax } from '../../up/agents-max.ts';
import type { DemoCommandOptions } from '../actions/demo.ts';
import { wholeNumber } from './up.ts';

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
  .action(async (options: DemoCommandOptions) => {
    const { demoAction } = await import('../actions/demo.ts');
    await demoAction(options);
  });
