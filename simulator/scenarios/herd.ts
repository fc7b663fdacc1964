import type { Fault } from '../faults/fault.ts';
import { drawWork } from '../workload/work.ts';
import { type Scenario, smallSize } from './scenario.ts';

const untilMs = 20_000;
const herdMs = 6_000;
/** How long an agent is away: where it starts at once, and where they keep each other from it, on few cores. */
const atOnceMs = [5, 100] as const;
const togetherMs = [1_000, 5_000] as const;

/** A whole fleet is restarted at once, as by a careless deployment or a power cut. */
export const herdScenario: Scenario = {
  name: 'herd',
  summary: 'all agents start anew within a second',
  promise:
    'When all agents start anew at once, every load balancer is bound again, and none is lost.',
  size: smallSize,
  plan(stream, { ids, loadBalancers }) {
    const draws = stream('faults');
    const away: readonly [number, number] = stream('starts').chance(0.5) ? atOnceMs : togetherMs;
    const faults = ids.map((target): Fault => ({
      kind: 'agent-crash',
      atMs: herdMs + draws.between(0, 900),
      forMs: draws.between(...away),
      target,
      variant: '',
    }));
    const work = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs: 5_000,
      untilMs,
      editsMax: 4,
      deletedShare: 0.2,
    });
    return { work, faults, untilMs };
  },
};
