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
    const outcome = await runDemo({ agents: options.agents, print: (line) => console.log(line) });
    if (options.json === true) console.log(JSON.stringify(outcome));
    process.exit(outcome.ok ? 0 : 1);
  });
