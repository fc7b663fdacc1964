import { type Scenario, defaultSize } from './scenario.ts';
import { drawTrouble, troublePromise } from './trouble.ts';

const untilMs = 300_000;

/**
 * The default: long enough for what builds up slowly, in the world of a small deployment. Its trouble is
 * spread out, so that each of it ends with a quiet stretch in which all must be well again; rough days
 * and swarms are those that pile it up.
 */
export const roughWeekScenario: Scenario = {
  name: 'rough-week',
  summary: 'five minutes of all kinds of faults, in a new mixture for each seed',
  promise: troublePromise,
  size: defaultSize,
  plan: (stream, frame) =>
    drawTrouble(stream, frame, {
      untilMs,
      kindShare: 0.2,
      faultsOfAKindMax: 2,
      lossShare: 0.3,
      createdByMs: 60_000,
      editsMax: 1,
      deletedShare: 0.2,
    }),
};
