import { Command } from 'commander';
import { restartStatus } from '../../processes/supervision.ts';
import type { AgentCommandOptions } from '../actions/agent.ts';

export const agentCommand = new Command('agent')
  .description('run an agent: it configures the devices of its host')
  .option('-c, --config <file>', 'configuration file', process.env['HOLDFAST_CONFIG'])
  .option('--id <id>', "the agent's id, in place of the configuration's")
  .option(
    '--supervised',
    `whoever runs this process starts it again when it ends with status ${restartStatus}`,
  )
  .addHelpText(
    'after',
    `
SIGTERM: it will be back: what it holds stays its own for restartLeaseMs (agent.onSigterm).
SIGINT:  it will not: others take over what it holds before it ends.
"holdfast restart" restarts it from anywhere; systemd starts it again, or the process does so itself.`,
  )
  .action(async (options: AgentCommandOptions) => {
    const { agentAction } = await import('../actions/agent.ts');
    await agentAction(options);
  });
