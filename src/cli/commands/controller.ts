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
    const controller = await runController(config, log);
    tellReady(controller.url);
    await asked;
    await controller.stop();
    process.exit(0);
  });
