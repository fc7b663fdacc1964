import { type Scenario, smallSize } from './scenario.ts';
import { drawTrouble, troublePromise } from './trouble.ts';

const untilMs = 60_000;

/** Worlds of all sizes: what needs many agents, or only one controller, is found nowhere else. */
export const swarmScenario: Scenario = {
  name: 'swarm',
  summary: 'a minute of all kinds of faults, in a world of another size for each seed',
  promise: troublePromise,
  size: smallSize,
  drawSize: (stream) => ({
    controllers: stream.integer(1, 5),
    agents: stream.integer(1, 8),
    agentsPerHost: stream.integer(1, 3),
    loadBalancers: stream.integer(1, 40),
    vips: stream.chance(0.5),
    queued: stream.chance(0.3),
    unfenced: stream.chance(0.25),
    witnesses: stream.chance(0.5),
  }),
  plan: (stream, frame) =>
    drawTrouble(stream, frame, {
      untilMs,
      kindShare: stream('intensity').pick([0.15, 0.3, 0.6]),
      faultsOfAKindMax: 3,
      lossShare: 0.3,
      createdByMs: 20_000,
      editsMax: 4,
      deletedShare: 0.4,
    }),
};
