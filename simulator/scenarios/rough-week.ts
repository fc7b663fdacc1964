import { type Scenario, defaultSize } from './scenario.ts';
import { drawTrouble, troublePromise } from './trouble.ts';

const untilMs = 300_000;

/** The default: long enough for what builds up slowly, in the world of a small deployment. */
export const roughWeekScenario: Scenario = {
  name: 'rough-week',
  summary: 'five minutes of all kinds of faults, in a new mixture for each seed',
  promise: troublePromise,
  size: defaultSize,
  plan: (stream, frame) =>
    drawTrouble(stream, frame, {
      untilMs,
      kindShare: 0.4,
      faultsOfAKindMax: 4,
      lossShare: 0.3,
      createdByMs: 60_000,
      editsMax: 3,
      deletedShare: 0.25,
    }),
};
