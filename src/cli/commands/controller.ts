import { Command } from 'commander';

export const controllerCommand = new Command('controller')
  .description('run a controller: the API, the judges of agents, the owners of load balancers')
  .option('-c, --config <file>', 'configuration file', process.env['HOLDFAST_CONFIG'])
  .action(async (options: { config?: string }) => {
    const { controllerAction } = await import('../actions/controller.ts');
    await controllerAction(options);
  });
