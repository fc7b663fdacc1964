import { Command } from 'commander';
import { systemClock } from '../../adapters/system-clock.ts';
import { type Agent, ApiClient } from '../../client/api-client.ts';
import { age, table } from '../../client/table.ts';
import { apiOption } from './api-option.ts';

function stateOf({ state, cordon, flapping }: Agent): string {
  const more = [
    ...(cordon === null ? [] : [cordon.draining ? 'draining' : 'cordoned']),
    ...(flapping === null ? [] : ['flapping']),
  ];
  return [state, ...more].join(', ');
}

const reasonOf = ({ reason, flapping }: Agent): string =>
  [reason, flapping === null ? null : `it ${flapping.reason}`]
    .filter((words) => words !== null)
    .join('; ');

export const agentsCommand = new Command('agents')
  .description('list the agents: how they are, and what they hold')
  .addOption(apiOption())
  .option('--json', 'print JSON')
  .action(async (options: { api: string; json?: true }) => {
    const agents = await new ApiClient(options.api).agents();
    if (options.json === true) {
      console.log(JSON.stringify(agents));
      return;
    }
    if (agents.length === 0) {
      console.log('No agent has registered yet. Start one with "npm run agent".');
      return;
    }
    const now = systemClock.wallMs();
    const rows = agents.map((agent) => [
      agent.id,
      stateOf(agent),
      age(now - agent.since.getTime()),
      agent.host,
      agent.drivers.join(','),
      `${agent.bound_loadbalancers}${agent.capacity === null ? '' : `/${agent.capacity}`}`,
      String(agent.standby_loadbalancers),
      reasonOf(agent),
    ]);
    const header = ['AGENT', 'STATE', 'SINCE', 'HOST', 'DRIVERS', 'BOUND', 'STANDBY', 'REASON'];
    console.log(table(header, rows));
  });
