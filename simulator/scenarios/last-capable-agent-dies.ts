import { waitsNoLongerThanNeeded } from '../checkers/waits-no-longer-than-needed.ts';
import { agentCrash } from '../faults/agent-crash.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import { type Scenario, smallSize } from './scenario.ts';

const untilMs = 40_000;
const firstDiesMs = 8_000;
const everyMs = 3_000;
const firstIsBackMs = 22_000;

/** One agent after the other dies, until nobody is left; then they come back in the same order. */
export const lastCapableAgentDiesScenario: Scenario = {
  name: 'last-capable-agent-dies',
  summary: 'one agent after the other dies until nobody is left, and then they come back',
  promise:
    'What nobody can take waits, pending or, where it can not leave its host, orphaned, says truly why, and is bound as soon as somebody can.',
  size: smallSize,
  checkers: [waitsNoLongerThanNeeded],
  plan(stream, { ids, loadBalancers }) {
    const order = stream('faults').shuffled(ids);
    const faults = order.map((target, index) => {
      const atMs = firstDiesMs + index * everyMs;
      const forMs = firstIsBackMs + index * everyMs - atMs;
      return { kind: agentCrash.name, atMs, forMs, target, variant: '' };
    });
    const frame = { loadBalancers, createdByMs: 5_000, untilMs, editsMax: 3, deletedShare: 0.2 };
    const provider = drawProviders(stream('providers'), { host: 0.4 });
    const work = drawWork(stream('workload'), frame, provider);
    return { work, faults, untilMs };
  },
};
