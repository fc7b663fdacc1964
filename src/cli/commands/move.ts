import { Command } from 'commander';
import { delay } from '../../../machines/ports/clock.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { ApiClient, CommandError } from '../../client/api-client.ts';
import { readExplained } from '../../client/explanation.ts';
import { loadBalancerId } from '../../client/load-balancer-id.ts';
import { apiOption } from './api-option.ts';

/** How often it is looked whether it has arrived, and how long. */
const lookEveryMs = 100;
const patienceMs = 60_000;

export const moveCommand = new Command('move')
  .description('bind a load balancer to an agent of your choice')
  .argument('<load-balancer>', 'its id or its name')
  .argument('<agent>', 'the id of the agent that is to have it')
  .addOption(apiOption())
  .action(async (nameOrId: string, agent: string, options: { api: string }) => {
    const api = new ApiClient(options.api);
    const id = await loadBalancerId(api, nameOrId);
    await api.post(`/holdfast/v1/loadbalancers/${id}/move`, { move: { agent } });
    const untilMs = systemClock.monotonicMs() + patienceMs;
    for (;;) {
      const explained = readExplained(await api.get(`/holdfast/v1/loadbalancers/${id}/explain`));
      const { state, binding } = explained;
      if (state.startsWith('bound') && state !== 'bound.applying') {
        if (binding?.agent === agent) {
          console.log(`${nameOrId} is bound to ${agent}, epoch ${binding.epoch}.`);
          return;
        }
        throw new CommandError(
          `${nameOrId} has gone on to ${binding?.agent ?? 'nobody'}; "holdfast explain ${nameOrId}" says why`,
        );
      }
      if (systemClock.monotonicMs() >= untilMs) {
        throw new CommandError(
          `${nameOrId} is ${state}, and on its way to ${agent}; "holdfast explain ${nameOrId}" shows more`,
        );
      }
      await delay(systemClock, lookEveryMs);
    }
  });
