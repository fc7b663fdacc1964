import { Argument, Command } from 'commander';
import { ApiClient, type Brake } from '../../client/api-client.ts';
import { apiOption } from './api-option.ts';

function wordsOf({ engaged, since, reason, hosts, hosts_gone: gone }: Brake): string {
  if (!engaged) {
    const state = gone.length === 0 ? 'all are heard' : `not heard of: ${gone.join(', ')}`;
    const fleet = hosts === 1 ? '1 host' : `${hosts} hosts`;
    return `The storm brake is off: no verdict is held back. ${fleet}, ${state}.`;
  }
  const when = since === null ? '' : ` since ${since.toISOString()}`;
  return [
    `The storm brake is on${when}: ${reason ?? ''}.`,
    'Verdicts on agents wait until the others have been heard well for a while, and nothing moves meanwhile.',
    'If you know that those hosts are gone: holdfast brake release',
  ].join('\n');
}

async function release(client: ApiClient): Promise<void> {
  const { engaged } = await client.brake();
  if (!engaged) {
    console.log('The storm brake is off: there is nothing to release.');
    return;
  }
  await client.releaseBrake();
  console.log('The storm brake is released: what was held back is carried out now.');
}

export const brakeCommand = new Command('brake')
  .description(
    'show whether verdicts are held back, because a large part of the fleet went at once',
  )
  .addArgument(
    new Argument('[order]', 'lets pass what is held back now, because you know better').choices([
      'release',
    ]),
  )
  .addOption(apiOption())
  .option('--json', 'print JSON')
  .action(async (order: string | undefined, options: { api: string; json?: true }) => {
    const client = new ApiClient(options.api);
    if (order !== undefined) return await release(client);
    const brake = await client.brake();
    console.log(options.json === true ? JSON.stringify(brake) : wordsOf(brake));
  });
