import { agentCrash } from '../faults/agent-crash.ts';
import { controllerCrash } from '../faults/controller-crash.ts';
import type { Fault } from '../faults/fault.ts';
import { storePowerLoss } from '../faults/store-power-loss.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import { faultFrame, type Scenario, smallSize } from './scenario.ts';

/** In how many cuts an agent has just started anew: its registration may be lost with all who heard it. */
const birthShare = 0.7;
const untilMs = 30_000;
/** How often all controllers lose power as well, with all that they remember; and else each of them. */
const blackoutShare = 0.4;
const deathShare = 0.4;

/** NATS as it is set up by default forgets what it has acknowledged. Whoever still knows it says so. */
export const storePowerLossScenario: Scenario = {
  name: 'store-power-loss',
  summary: 'the NATS cluster loses power, and the last writes that it had acknowledged',
  promise:
    'What any controller still remembers is written again, nothing else goes back, and no epoch that its controller or an agent knows is given to somebody else.',
  size: smallSize,
  plan(stream, planFrame) {
    const { loadBalancers, controllerIds, ids } = planFrame;
    const draws = stream('faults');
    const frame = faultFrame(planFrame, 1_000, untilMs);
    const cuts = Array.from({ length: draws.integer(1, 3) }, () =>
      storePowerLoss.draw(draws, frame),
    );
    const deaths = cuts.flatMap(({ atMs, forMs }) => {
      const isBlackout = draws.chance(blackoutShare);
      return controllerIds
        .filter(() => isBlackout || draws.chance(deathShare))
        .map((target) => ({ kind: controllerCrash.name, atMs, forMs, target, variant: '' }));
    });
    // From a stream of its own, so that all else is as it was.
    const starts = stream('starts');
    const births = cuts.flatMap(({ atMs }): readonly Fault[] => {
      if (!starts.chance(birthShare)) return [];
      const when = { atMs: atMs - starts.between(400, 1_200), forMs: starts.between(50, 300) };
      return [{ kind: agentCrash.name, ...when, target: starts.pick(ids), variant: '' }];
    });
    const work = drawWork(
      stream('workload'),
      { loadBalancers, createdByMs: 20_000, untilMs, editsMax: 5, deletedShare: 0.3 },
      drawProviders(stream('providers'), { host: 0.2 }),
    );
    return { work, faults: [...cuts, ...deaths, ...births], untilMs };
  },
};
