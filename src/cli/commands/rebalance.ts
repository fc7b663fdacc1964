import { Command } from 'commander';
import { delay } from '../../../machines/ports/clock.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { ApiClient, CommandError, type Rebalance } from '../../client/api-client.ts';
import { table } from '../../client/table.ts';
import { apiOption } from './api-option.ts';
import { wholeNumber } from './up.ts';

/** How often it is looked how many are left. */
const lookEveryMs = 500;
/** How often the pass is asked for again: whoever carries it out may have been replaced. */
const againMs = 5_000;
const timeoutSecondsMax = 86_400;

export const rebalanceCommand = new Command('rebalance')
  .description('move load balancers of shared devices, a few at a time, to agents that hold less')
  .option('--dry-run', 'only show what would move')
  .option(
    '--timeout <seconds>',
    'give up watching after this long',
    wholeNumber(1, timeoutSecondsMax),
  )
  .addOption(apiOption())
  .action(async (options: { api: string; dryRun?: true; timeout?: number }) => {
    const api = new ApiClient(options.api);
    if (options.dryRun === true) return console.log(planned(await api.rebalance()));
    const untilMs = systemClock.monotonicMs() + (options.timeout ?? timeoutSecondsMax) * 1_000;
    await watch(api, untilMs);
  });

function planned({ moves, blocked }: Rebalance): string {
  if (moves.length === 0) return 'No agent holds too many: nothing would move.';
  const rows = moves.map(({ loadbalancer, from, to }) => [loadbalancer, from, to]);
  const wait = blocked === null ? [] : [`Nothing moves now: ${blocked}.`];
  return [table(['LOAD BALANCER', 'FROM', 'TO'], rows), ...wait].join('\n');
}

/** Tells of each change until nothing is left. Whoever interrupts it ends the pass soon, between two moves. */
async function watch(api: ApiClient, untilMs: number): Promise<void> {
  let told = '';
  let askedMs = Number.NEGATIVE_INFINITY;
  for (;;) {
    const nowMs = systemClock.monotonicMs();
    if (nowMs - askedMs >= againMs) {
      askedMs = nowMs;
      await api.startRebalance();
    }
    const { moves, blocked } = await api.rebalance();
    if (moves.length === 0) {
      console.log('No agent holds too many.');
      return;
    }
    const left = `${moves.length} load balancer${moves.length === 1 ? '' : 's'} to move`;
    const words = blocked === null ? left : `${left}; nothing moves now: ${blocked}`;
    if (words !== told) {
      told = words;
      console.log(words);
    }
    if (nowMs >= untilMs) throw new CommandError(`there are still ${left}; the pass ends soon`);
    await delay(systemClock, lookEveryMs);
  }
}
