import { Command } from 'commander';
import { delay } from '../../../machines/ports/clock.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { type Agent, ApiClient, CommandError, type Whereabouts } from '../../client/api-client.ts';
import { apiOption } from './api-option.ts';

/** How often it is looked how far it is. */
const lookEveryMs = 100;
/** How long, after its lease, until somebody else has what an agent that did not come back had held. */
const patienceMs = 30_000;

export const restartCommand = new Command('restart')
  .description('restart an agent: what it holds is served on and stays its own')
  .argument('<agent>', 'its id')
  .addOption(apiOption())
  .action(async (id: string, { api: url }: { api: string }) => {
    const api = new ApiClient(url);
    const before = await agentCalled(api, id);
    const held = (await api.whereabouts()).filter(({ binding }) => binding?.agent === id);
    const startedMs = systemClock.monotonicMs();
    const { until } = await api.restart(id, before.incarnation);
    const leaseMs = until === null ? 0 : until.getTime() - systemClock.wallMs();
    console.log(begun(id, leaseMs, held.length));
    const watch = { api, before, held: new Set(held.map((each) => each.id)) };
    const moved = await back(watch, startedMs + leaseMs + patienceMs);
    const seconds = ((systemClock.monotonicMs() - startedMs) / 1_000).toFixed(1);
    if (moved.length > 0) {
      throw new CommandError(
        `${id} serves again, after ${seconds} s, but ${moved.join(', ')} went to others meanwhile`,
      );
    }
    console.log(`${id} serves again with all that it held (${held.length}): ${seconds} s.`);
  });

interface Watch {
  readonly api: ApiClient;
  readonly before: Agent;
  readonly held: ReadonlySet<string>;
}

/**
 * Tells of each step until the agent serves again with all that is left of what it held; resolves with
 * what others have by then. Whoever interrupts it interrupts only the telling.
 */
async function back({ api, before, held }: Watch, untilMs: number): Promise<readonly string[]> {
  let told = '';
  for (;;) {
    const agent = await agentCalled(api, before.id);
    const there = (await api.whereabouts()).filter(
      ({ id, state }) => held.has(id) && !state.startsWith('deleting'),
    );
    const own = there.filter(({ binding }) => binding?.agent === agent.id);
    const isBack = agent.state === 'alive' && agent.incarnation > before.incarnation;
    const done = own.filter((each) => isTakenUp(each, agent.incarnation));
    if (isBack && done.length === own.length) {
      return there.filter((each) => !own.includes(each)).map(({ name, id }) => name || id);
    }
    const step = isBack
      ? `${agent.id} is back and has taken up ${done.length} of ${own.length}`
      : `${agent.id} is ${agent.state}`;
    if (step !== told) console.log(step);
    told = step;
    if (systemClock.monotonicMs() >= untilMs)
      throw new CommandError(missing(agent, own.length - done.length));
    await delay(systemClock, lookEveryMs);
  }
}

const isTakenUp = ({ state, binding }: Whereabouts, incarnation: number): boolean =>
  binding?.incarnation === incarnation && state.startsWith('bound');

function begun(id: string, leaseMs: number, held: number): string {
  if (leaseMs === 0) return `${id} has been started anew already.`;
  const many = held === 1 ? 'its load balancer is' : `its ${held} load balancers are`;
  return `${id} ends, and is waited for up to ${Math.round(leaseMs / 1_000)} s; ${many} served on.`;
}

function missing({ id, state, reason }: Agent, left: number): string {
  if (state === 'alive') {
    return `${id} is back, and has not taken up ${left} of those that it held; "holdfast explain" says why`;
  }
  return (
    `${id} has not come back: it is ${state} (${reason ?? 'without a reason'}). ` +
    'What it held goes to others where they can take it; look at what its service manager says'
  );
}

async function agentCalled(api: ApiClient, id: string): Promise<Agent> {
  const agent = (await api.agents()).find((each) => each.id === id);
  if (agent === undefined) throw new CommandError(`Agent ${id} not found.`);
  return agent;
}
