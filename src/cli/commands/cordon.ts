import { Command } from 'commander';
import { ApiClient } from '../../client/api-client.ts';
import { apiOption } from './api-option.ts';

export const cordonCommand = new Command('cordon')
  .description('let nothing new come to an agent; what it holds stays')
  .argument('<agent>', 'its id')
  .addOption(apiOption())
  .action(async (agent: string, { api }: { api: string }) => {
    await new ApiClient(api).order(agent, 'cordon');
    console.log(`${agent} is cordoned: nothing new comes to it, and what it holds stays.`);
  });

export const uncordonCommand = new Command('uncordon')
  .description('let load balancers come to an agent again, and end its draining')
  .argument('<agent>', 'its id')
  .addOption(apiOption())
  .action(async (agent: string, { api }: { api: string }) => {
    await new ApiClient(api).order(agent, 'uncordon');
    console.log(`${agent} is open again. Nothing moves back by itself.`);
  });
