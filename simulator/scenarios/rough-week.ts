import { type Scenario, defaultSize } from './scenario.ts';
import { drawTrouble, type Trouble, troublePromise } from './trouble.ts';

/** All kinds of faults, spread out: each of it ends with a quiet stretch in which all must be well again. */
export const roughWeekTrouble: Trouble = {
  untilMs: 300_000,
  kindShare: 0.2,
  faultsOfAKindMax: 2,
  lossShare: 0.3,
  createdByMs: 60_000,
  editsMax: 1,
  deletedShare: 0.2,
};

/**
 * The default: long enough for what builds up slowly, in the world of a small deployment. Its trouble comes in
 * bursts, as one failure brings the next, with mostly quiet stretches between them in which all must be well again;
 * rough days and swarms are those that pile it up.
 */
export const roughWeekScenario: Scenario = {
  name: 'rough-week',
  summary: 'five minutes of all kinds of faults, in a new mixture for each seed',
  promise: troublePromise,
  size: defaultSize,
  drawFeatures: (stream) => ({
    vips: stream.chance(0.5),
    queued: stream.chance(0.2),
    unfenced: stream.chance(0.25),
    witnesses: stream.chance(0.5),
    rebalance: stream.chance(0.2),
  }),
  plan: (stream, frame) =>
    drawTrouble(stream, frame, {
      ...roughWeekTrouble,
      controllerLossShare: 0.3,
      joinersAreNew: true,
      bursts: { count: [3, 6], share: 0.6, withinMs: 5_000 },
    }),
};
