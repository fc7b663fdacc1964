import { Command } from 'commander';
import { delay } from '../../../machines/ports/clock.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { ApiClient, CommandError } from '../../client/api-client.ts';
import { apiOption } from './api-option.ts';
import { wholeNumber } from './up.ts';

/** How often it is looked how many are left. */
const lookEveryMs = 250;
/** How long the same number is left until it is said that they wait. */
const stuckAfterMs = 5_000;
const timeoutSecondsMax = 86_400;

export const drainCommand = new Command('drain')
  .description('move everything away from an agent, and let nothing new come to it')
  .argument('<agent>', 'its id')
  .option(
    '--timeout <seconds>',
    'give up watching after this long; the draining goes on',
    wholeNumber(1, timeoutSecondsMax),
  )
  .addOption(apiOption())
  .action(async (agent: string, options: { api: string; timeout?: number }) => {
    const api = new ApiClient(options.api);
    await api.order(agent, 'drain');
    const untilMs = systemClock.monotonicMs() + (options.timeout ?? timeoutSecondsMax) * 1_000;
    await watch(api, agent, untilMs);
  });

/** Tells of each change until nothing is left. Whoever interrupts it interrupts only the telling. */
async function watch(api: ApiClient, agent: string, untilMs: number): Promise<void> {
  let left = -1;
  let sinceMs = systemClock.monotonicMs();
  let toldStuck = false;
  for (;;) {
    const nowMs = systemClock.monotonicMs();
    const held = await api.heldBy(agent);
    if (held.length === 0) {
      console.log(`${agent} is drained: it holds nothing, and stays cordoned until "uncordon".`);
      return;
    }
    if (held.length !== left) {
      left = held.length;
      sinceMs = nowMs;
      toldStuck = false;
      console.log(`${agent}: ${left} load balancer${left === 1 ? '' : 's'} left`);
    } else if (!toldStuck && nowMs - sinceMs >= stuckAfterMs) {
      toldStuck = true;
      console.log(
        `nobody else can take ${held.map(({ name, id }) => name || id).join(', ')} now; ` +
          'they stay served here, and move as soon as somebody can. Ctrl-C ends only this watching.',
      );
    }
    if (nowMs >= untilMs) {
      throw new CommandError(
        `${agent} still holds ${left}; the draining goes on, and "holdfast uncordon ${agent}" would end it`,
      );
    }
    await delay(systemClock, lookEveryMs);
  }
}
