import { faultKinds } from '../faults/index.ts';
import type { FaultFrame } from '../faults/fault.ts';
import { drawWork } from '../workload/work.ts';
import type { Scenario } from './scenario.ts';

const untilMs = 25_000;

/** How many faults of one kind a day has at most. */
const faultsOfAKindMax = 4;

/**
 * Everything that can go wrong, in a new mixture for each seed: leaving kinds out finds what a run
 * with all of them at once would drown (swarm testing, Groce et al. 2012).
 */
export const roughDayScenario: Scenario = {
  name: 'rough-day',
  summary: 'crashes, pauses, cuts, and failing stores and devices, in a new mixture for each seed',
  plan(stream, { ids, loadBalancers }) {
    const frame: FaultFrame = { fromMs: 500, untilMs, agents: ids };
    const choice = stream('swarm');
    const chosen = faultKinds.filter(() => choice.chance(0.4));
    const faults = chosen.flatMap((kind) => {
      // One stream for each kind, so that leaving one out leaves the others as they were.
      const own = stream(`faults:${kind.name}`);
      return Array.from({ length: own.integer(1, faultsOfAKindMax) }, () => kind.draw(own, frame));
    });
    const work = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs: 10_000,
      untilMs,
      editsMax: 5,
      deletedShare: 0.35,
    });
    return { work, faults, untilMs };
  },
};
