import { waitsNoLongerThanNeeded } from '../checkers/waits-no-longer-than-needed.ts';
import { agentCrash } from '../faults/agent-crash.ts';
import { agentPause } from '../faults/agent-pause.ts';
import type { Fault } from '../faults/fault.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import type { RandomStream } from '../world/random-streams.ts';
import { type Scenario, smallSize } from './scenario.ts';

const untilMs = 40_000;
const firstDiesMs = 8_000;
const everyMs = 3_000;
const firstIsBackMs = 22_000;

/** How long before the last death but one the last agent is held up: it is suspected just then, and not dead. */
const heldUpMs = [1_600, 2_300] as const;

/**
 * One agent after the other dies, until nobody is left; then they come back in the same order. Sometimes the last
 * one is just not heard when it is to take over, and is well after all.
 */
export const lastCapableAgentDiesScenario: Scenario = {
  name: 'last-capable-agent-dies',
  summary: 'one agent after the other dies until nobody is left, and then they come back',
  promise:
    'What nobody can take waits, pending or, where it can not leave its host, orphaned, says truly why, and is bound as soon as somebody can.',
  size: smallSize,
  checkers: [waitsNoLongerThanNeeded],
  plan(stream, { ids, loadBalancers }) {
    const draws = stream('faults');
    const order = draws.shuffled(ids);
    const deaths = order.map((target, index): Fault => {
      const atMs = firstDiesMs + index * everyMs;
      const forMs = firstIsBackMs + index * everyMs - atMs;
      return { kind: agentCrash.name, atMs, forMs, target, variant: '' };
    });
    const suspected = draws.chance(0.4) ? heldUp(draws, deaths) : [];
    const frame = { loadBalancers, createdByMs: 5_000, untilMs, editsMax: 3, deletedShare: 0.2 };
    const provider = drawProviders(stream('providers'), { host: 0.4 });
    const work = drawWork(stream('workload'), frame, provider);
    return { work, faults: [...deaths, ...suspected], untilMs };
  },
};

function heldUp(draws: RandomStream, deaths: readonly Fault[]): Fault[] {
  const [beforeLast, last] = deaths.slice(-2);
  if (beforeLast === undefined || last === undefined) return [];
  const forMs = draws.between(...heldUpMs);
  const atMs = beforeLast.atMs + draws.between(100, 400) - forMs;
  return [{ kind: agentPause.name, atMs, forMs, target: last.target, variant: '' }];
}
