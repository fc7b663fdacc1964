import { Command } from 'commander';
import { ApiClient, type Brake } from '../../client/api-client.ts';
import { apiOption } from './api-option.ts';

function wordsOf({ engaged, since, reason, hosts, hosts_gone: gone }: Brake): string {
  if (!engaged) {
    const state = gone.length === 0 ? 'all are heard' : `not heard of: ${gone.join(', ')}`;
    return `The storm brake is off: no verdict is held back. ${hosts} hosts, ${state}.`;
  }
  const when = since === null ? '' : ` since ${since.toISOString()}`;
  return [
    `The storm brake is on${when}: ${reason ?? ''}.`,
    'Verdicts on agents wait until the others have been heard well for a while, and nothing moves meanwhile.',
    'If you know that those hosts are gone: holdfast brake release',
  ].join('\n');
}

const release = new Command('release')
  .description('let the verdicts pass that are held back now, because you know what has happened')
  .addOption(apiOption())
  .action(async ({ api }: { api: string }) => {
    const client = new ApiClient(api);
    const { engaged } = await client.brake();
    if (!engaged) {
      console.log('The storm brake is off: there is nothing to release.');
      return;
    }
    await client.releaseBrake();
    console.log('The storm brake is released: what was held back is carried out now.');
  });

export const brakeCommand = new Command('brake')
  .description(
    'show whether verdicts are held back, because a large part of the fleet went at once',
  )
  .addOption(apiOption())
  .option('--json', 'print JSON')
  .action(async (options: { api: string; json?: true }) => {
    const brake = await new ApiClient(options.api).brake();
    console.log(options.json === true ? JSON.stringify(brake) : wordsOf(brake));
  })
  .addCommand(release);
