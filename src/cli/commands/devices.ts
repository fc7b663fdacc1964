import { Command } from 'commander';
import { ApiClient, type Device } from '../../client/api-client.ts';
import { table } from '../../client/table.ts';
import { apiOption } from './api-option.ts';

/** Who reaches it; who does not comes after, with the reason, since that is what has to be mended. */
const reachOf = ({ agents }: Device): string => {
  const reaching = agents.filter(({ lost }) => lost === null).map(({ agent }) => agent);
  return reaching.length === 0 ? 'nobody' : reaching.join(',');
};

const lostTo = ({ agents }: Device): string =>
  agents.flatMap(({ agent, lost }) => (lost === null ? [] : [`${agent}: ${lost}`])).join('; ');

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
    const rows = devices.map((device) => [
      device.name,
      `${device.loadbalancers}${device.capacity === null ? '' : `/${device.capacity}`}`,
      reachOf(device),
      lostTo(device),
    ]);
    console.log(table(['DEVICE', 'HOLDS', 'REACHED BY', 'OUT OF REACH OF'], rows));
  });
