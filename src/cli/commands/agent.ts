import { Command } from 'commander';
import { loadConfig } from '../../config/load.ts';
import { createLog } from '../../log/log.ts';
import { runAgent } from '../../processes/agent-process.ts';
import { tellReady, untilAskedToStop } from '../../processes/lifecycle.ts';

export const agentCommand = new Command('agent')
  .description('run an agent: it configures the devices of its host')
  .option('-c, --config <file>', 'configuration file', process.env['HOLDFAST_CONFIG'])
  .option('--id <id>', "the agent's id, in place of the configuration's")
  .action(async (options: { config?: string; id?: string }) => {
    const overrides = options.id === undefined ? {} : { agent: { id: options.id } };
    const file = options.config ?? null;
    const config = await loadConfig({ file, environment: process.env, overrides });
    const log = createLog({ level: config.log.level, name: config.agent.id });
    const asked = untilAskedToStop(log);
    const agent = await Promise.race([runAgent(config, log), asked.then(() => null)]);
    // Asked to end while it was starting, perhaps waiting for NATS: there is nothing to undo.
    if (agent === null) process.exit(0);
    tellReady(null);
    // Where everything ends with the parent, there is nobody to hand over to.
    await agent.stop({ handOver: (await asked) !== 'parent' });
    process.exit(0);
  });
