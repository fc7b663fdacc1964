import { type Scenario, smallSize } from './scenario.ts';
import { drawTrouble, troublePromise } from './trouble.ts';

const untilMs = 25_000;

/** As the default, but short, small and dense: more seeds in the same time, and stories that one can read. */
export const roughDayScenario: Scenario = {
  name: 'rough-day',
  summary: 'crashes, pauses, cuts, and failing stores and devices, in a new mixture for each seed',
  promise: troublePromise,
  size: smallSize,
  plan: (stream, frame) =>
    drawTrouble(stream, frame, {
      untilMs,
      kindShare: 0.4,
      faultsOfAKindMax: 4,
      lossShare: 0.3,
      createdByMs: 10_000,
      editsMax: 5,
      deletedShare: 0.35,
    }),
};
