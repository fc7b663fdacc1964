import { agentCrash } from '../faults/agent-crash.ts';
import { agentCut } from '../faults/agent-cut.ts';
import { agentPause } from '../faults/agent-pause.ts';
import type { Fault, FaultFrame } from '../faults/fault.ts';
import { faultKinds } from '../faults/index.ts';
import type { RandomStream } from '../world/random-streams.ts';
import { drawWork } from '../workload/work.ts';
import type { Scenario } from './scenario.ts';

const untilMs = 25_000;

/** On how many days an agent is lost for good. */
const lossShare = 0.3;

/** Of how many days a kind of fault is part. */
const kindShare = 0.4;

/** How many faults of one kind a day has at most. */
const faultsOfAKindMax = 4;

/**
 * Everything that can go wrong, in a new mixture for each seed: leaving kinds out finds what a run
 * with all of them at once would drown (swarm testing, Groce et al. 2012).
 */
export const roughDayScenario: Scenario = {
  name: 'rough-day',
  summary: 'crashes, pauses, cuts, and failing stores and devices, in a new mixture for each seed',
  plan(stream, { ids, controllerIds, loadBalancers }) {
    const frame: FaultFrame = {
      fromMs: 500,
      untilMs,
      agents: ids,
      controllers: controllerIds,
    };
    const faults = faultKinds.flatMap((kind) => {
      // One stream for each kind, so that a new kind leaves the others as they were.
      const own = stream(`faults:${kind.name}`);
      if (!own.chance(kindShare)) return [];
      return Array.from({ length: own.integer(1, faultsOfAKindMax) }, () => kind.draw(own, frame));
    });
    const work = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs: 10_000,
      untilMs,
      editsMax: 5,
      deletedShare: 0.35,
    });
    return { work, faults: [...faults, ...drawLoss(stream('loss'), frame)], untilMs };
  },
};

/**
 * On some days one agent is never well again, and the others have to do without it. Where everything
 * heals, a system that waits for the broken one looks as good as one that works around it.
 */
function drawLoss(stream: RandomStream, frame: FaultFrame): Fault[] {
  if (frame.agents.length < 2 || !stream.chance(lossShare)) return [];
  const kind = stream.pick([agentCrash, agentCut, agentPause]);
  return [{ ...kind.draw(stream, frame), forMs: null }];
}
