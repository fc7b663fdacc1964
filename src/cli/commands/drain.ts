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
    const leaving = new Set((await heldBy(api, agent)).map(({ id }) => id));
    await api.order(agent, 'drain');
    const untilMs = systemClock.monotonicMs() + (options.timeout ?? timeoutSecondsMax) * 1_000;
    await watch(api, agent, leaving, untilMs);
  });

/** Tells of each change until nothing is left. Whoever interrupts it interrupts only the telling. */
async function watch(
  api: ApiClient,
  agent: string,
  leaving: ReadonlySet<string>,
  untilMs: number,
): Promise<void> {
  let left = -1;
  let sinceMs = systemClock.monotonicMs();
  let toldStuck = false;
  for (;;) {
    const nowMs = systemClock.monotonicMs();
    const count = await countOf(api, agent);
    if (count === 0 && (await haveArrived(api, leaving))) {
      console.log(`${agent} is drained: it holds nothing, and stays cordoned until "uncordon".`);
      return;
    }
    if (count !== left) {
      left = count;
      sinceMs = nowMs;
      toldStuck = false;
      console.log(`${agent}: ${left} load balancer${left === 1 ? '' : 's'} left`);
    } else if (left > 0 && !toldStuck && nowMs - sinceMs >= stuckAfterMs) {
      toldStuck = true;
      const names = (await heldBy(api, agent)).map(({ name, id }) => name || id).join(', ');
      console.log(
        `nobody else can take ${names} now; ` +
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

/**
 * How many are left; which ones they are is asked for only where that matters. Of an agent that nobody knows of,
 * nobody knows how many: whoever reads that it holds nothing may switch its host off.
 */
async function countOf(api: ApiClient, agent: string): Promise<number> {
  const found = (await api.agents()).find(({ id }) => id === agent);
  if (found !== undefined) return found.bound_loadbalancers;
  throw new CommandError(
    `${agent} is not among the agents that the controllers know now, so whether it holds nothing is not known; ` +
      '"holdfast agents" shows them, and the draining, where it began, goes on',
  );
}

async function heldBy(api: ApiClient, agent: string) {
  return (await api.whereabouts()).filter(({ binding }) => binding?.agent === agent);
}

/** Are those that left served elsewhere already? Then their former agent may be stopped in any way. */
async function haveArrived(api: ApiClient, leaving: ReadonlySet<string>): Promise<boolean> {
  const all = await api.whereabouts();
  return !all.some(({ id, state }) => leaving.has(id) && state === 'rebinding');
}
