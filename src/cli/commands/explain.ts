import { Command } from 'commander';
import { systemClock } from '../../adapters/system-clock.ts';
import { ApiClient, CommandError } from '../../client/api-client.ts';
import { explanation, readExplained } from '../../client/explanation.ts';
import { apiOption } from './api-option.ts';

export const explainCommand = new Command('explain')
  .description('say where a load balancer is and why, or why it waits')
  .argument('<load-balancer>', 'its id or its name')
  .addOption(apiOption())
  .option('--json', 'print JSON')
  .action(async (nameOrId: string, options: { api: string; json?: true }) => {
    const api = new ApiClient(options.api);
    const id = await resolveId(api, nameOrId);
    const body = await api.get(`/holdfast/v1/loadbalancers/${id}/explain`);
    const explained = readExplained(body);
    if (options.json === true) console.log(JSON.stringify(body));
    else console.log(explanation(explained, systemClock.wallMs()));
  });

async function resolveId(api: ApiClient, nameOrId: string): Promise<string> {
  if (/^[0-9a-f-]{36}$/i.test(nameOrId)) return nameOrId;
  const path = `/v2.0/lbaas/loadbalancers?name=${encodeURIComponent(nameOrId)}`;
  const { loadbalancers } = (await api.get(path)) as { loadbalancers: { id: string }[] };
  const [first, second] = loadbalancers;
  if (first === undefined) throw new CommandError(`there is no load balancer "${nameOrId}"`);
  if (second !== undefined) {
    throw new CommandError(`several load balancers are named "${nameOrId}"; give an id`);
  }
  return first.id;
}
