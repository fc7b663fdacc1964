import { stormsAreWaitedOut } from '../checkers/storms-are-waited-out.ts';
import type { Fault } from '../faults/fault.ts';
import { drawWork } from '../workload/work.ts';
import type { Scenario } from './scenario.ts';

const untilMs = 30_000;
const stormMs = 8_000;
/** How long a storm lasts that passes: shorter than it is waited for, and longer than any silence may be. */
const passingMs = [4_000, 8_000] as const;

/** A rack or a site goes dark: half of the agents, at one moment and mostly for good. */
export const stormScenario: Scenario = {
  name: 'storm',
  summary: 'half of the agents go at the same moment, for good or for some seconds',
  promise:
    'When half of the fleet goes at once, nothing moves before the judges have made sure of themselves; then all load balancers end bound to the other half.',
  size: { controllers: 3, agents: 6, loadBalancers: 12 },
  checkers: [stormsAreWaitedOut],
  plan(stream, { ids, loadBalancers }) {
    const draws = stream('faults');
    const order = draws.shuffled(ids);
    const [kind, variant] = draws.pick([
      ['agent-cut', 'both'],
      ['agent-cut', 'out'],
      ['agent-pause', ''],
      ['agent-crash', ''],
    ] as const);
    const forMs = draws.chance(0.4) ? draws.between(...passingMs) : null;
    const faults = order
      .slice(0, Math.floor(ids.length / 2))
      .map((target): Fault => ({ kind, atMs: stormMs, forMs, target, variant }));
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
