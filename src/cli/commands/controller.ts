import { Command } from 'commander';
import { loadConfig } from '../../config/load.ts';
import { createLog } from '../../log/log.ts';
import { runController } from '../../processes/controller-process.ts';
import { tellReady, untilAskedToStop } from '../../processes/lifecycle.ts';

export const controllerCommand = new Command('controller')
  .description('run a controller: the API, the judges of agents, the owners of load balancers')
  .option('-c, --config <file>', 'configuration file', process.env['HOLDFAST_CONFIG'])
  .action(async (options: { config?: string }) => {
    const file = options.config ?? null;
    const config = await loadConfig({ file, environment: process.env });
    const log = createLog({ level: config.log.level, name: config.controller.id });
    const asked = untilAskedToStop(log);
    const controller = await Promise.race([runController(config, log), asked.then(() => null)]);
    // Asked to end while it was starting, perhaps waiting for NATS: there is nothing to undo.
    if (controller === null) process.exit(0);
    tellReady(controller.url);
    await asked;
    await controller.stop();
    process.exit(0);
  });
