import { Command } from 'commander';
import { systemClock } from '../../adapters/system-clock.ts';
import { ApiClient } from '../../client/api-client.ts';
import { explanation, readExplained } from '../../client/explanation.ts';
import { loadBalancerId } from '../../client/load-balancer-id.ts';
import { apiOption } from './api-option.ts';

export const explainCommand = new Command('explain')
  .description('say where a load balancer is and why, or why it waits')
  .argument('<load-balancer>', 'its id or its name')
  .addOption(apiOption())
  .option('--json', 'print JSON')
  .action(async (nameOrId: string, options: { api: string; json?: true }) => {
    const api = new ApiClient(options.api);
    const id = await loadBalancerId(api, nameOrId);
    const body = await api.get(`/holdfast/v1/loadbalancers/${id}/explain`);
    const explained = readExplained(body);
    if (options.json === true) console.log(JSON.stringify(body));
    else console.log(explanation(explained, systemClock.wallMs()));
  });
