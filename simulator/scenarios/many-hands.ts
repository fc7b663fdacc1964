import { drawProviders } from '../workload/work.ts';
import { drawSharedWork } from '../workload/shared-work.ts';
import { type Scenario, smallSize } from './scenario.ts';
import { drawTrouble } from './trouble.ts';

const untilMs = 60_000;

/**
 * Elsewhere each load balancer has one client, which waits for its answers. Here several edit the same ones at the same
 * time, each through another controller, by all that the API offers.
 */
export const manyHandsScenario: Scenario = {
  name: 'many-hands',
  summary:
    'several clients edit the same few load balancers at the same time, in a minute of trouble',
  promise:
    'Whoever edits a load balancer together with others, each acknowledged edit is there until another one replaces it, and never what nobody asked for.',
  size: { ...smallSize, loadBalancers: 4 },
  drawFeatures: (stream) => ({
    vips: stream.chance(0.3),
    queued: stream.chance(0.2),
    unfenced: stream.chance(0.2),
  }),
  plan(stream, frame) {
    const trouble = drawTrouble(stream, frame, {
      untilMs,
      kindShare: stream('intensity of many hands').pick([0.05, 0.15, 0.3]),
      faultsOfAKindMax: 3,
      lossShare: 0.2,
      controllerLossShare: 0.2,
      createdByMs: 0,
      editsMax: 0,
      deletedShare: 0,
    });
    const own = stream('many hands');
    const work = drawSharedWork(
      own,
      {
        loadBalancers: frame.loadBalancers,
        hands: own.integer(2, 4),
        createdByMs: 8_000,
        untilMs,
        meetings: 20,
        withinMs: own.pick([20, 100, 500]),
        deletedShare: 0.15,
        emptiedShare: 0.2,
      },
      drawProviders(own, {
        host: 0.15,
        marker: 0.15,
        vip: frame.vips ? 0.3 : 0,
        unfenced: frame.unfenced ? 0.2 : 0,
      }),
    );
    return { ...trouble, work };
  },
};
