import { Command } from 'commander';
import { ApiClient, type Device } from '../../client/api-client.ts';
import { table } from '../../client/table.ts';
import { apiOption } from './api-option.ts';

/**
 * The rows of one device: who reaches it, and behind that who does not, with the reason, since that is what
 * has to be mended; each of those has a line of its own.
 */
function rowsOf({ name, loadbalancers, capacity, agents }: Device): string[][] {
  const reaching = agents.filter(({ lost }) => lost === null).map(({ agent }) => agent);
  const lost = agents.flatMap((each) => (each.lost === null ? [] : `${each.agent}: ${each.lost}`));
  const holds = `${loadbalancers}${capacity === null ? '' : `/${capacity}`}`;
  const [first = '', ...more] = lost;
  return [
    [name, holds, reaching.length === 0 ? 'nobody' : reaching.join(','), first],
    ...more.map((each) => ['', '', '', each]),
  ];
}

export const devicesCommand = new Command('devices')
  .description('list the devices: what they hold, who reaches them, and who does not')
  .addOption(apiOption())
  .option('--json', 'print JSON')
  .action(async (options: { api: string; json?: true }) => {
    const devices = await new ApiClient(options.api).devices();
    if (options.json === true) {
      console.log(JSON.stringify(devices));
      return;
    }
    if (devices.length === 0) {
      console.log('No agent has told of a device yet. Start one with "npm run agent".');
      return;
    }
    const rows = devices.flatMap(rowsOf);
    console.log(table(['DEVICE', 'HOLDS', 'REACHED BY', 'OUT OF REACH OF'], rows));
  });
