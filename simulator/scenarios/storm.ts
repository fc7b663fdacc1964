import type { Fault } from '../faults/fault.ts';
import { drawWork } from '../workload/work.ts';
import type { Scenario } from './scenario.ts';

const untilMs = 20_000;
const stormMs = 8_000;

/** A rack or a site goes dark: half of the agents, at one moment and for good. */
export const stormScenario: Scenario = {
  name: 'storm',
  summary: 'half of the agents go silent at the same moment, for good',
  promise:
    'When half of the fleet goes silent at once, all load balancers end bound to the other half.',
  size: { controllers: 3, agents: 6, loadBalancers: 12 },
  plan(stream, { ids, loadBalancers }) {
    const draws = stream('faults');
    const order = draws.shuffled(ids);
    const [kind, variant] = draws.pick([
      ['agent-cut', 'both'],
      ['agent-cut', 'out'],
      ['agent-pause', ''],
      ['agent-crash', ''],
    ] as const);
    const faults = order
      .slice(0, Math.floor(ids.length / 2))
      .map((target): Fault => ({ kind, atMs: stormMs, forMs: null, target, variant }));
    const work = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs: 5_000,
      untilMs,
      editsMax: 3,
      deletedShare: 0.2,
    });
    return { work, faults, untilMs };
  },
};
