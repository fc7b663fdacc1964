import { Command } from 'commander';
import { ApiClient } from '../../client/api-client.ts';
import { apiOption } from './api-option.ts';

export const trustCommand = new Command('trust')
  .description('give load balancers to an agent like to any other, however often it has died')
  .argument('<agent>', 'its id')
  .addOption(apiOption())
  .action(async (agent: string, { api }: { api: string }) => {
    await new ApiClient(api).order(agent, 'trust');
    console.log(`${agent} is trusted like any other agent. Nothing moves to it by itself.`);
  });
