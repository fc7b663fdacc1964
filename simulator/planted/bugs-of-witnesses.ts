import { presets } from '../../machines/timings/timings.ts';
import { witnessesKeepServingScenario } from '../scenarios/witnesses-keep-serving.ts';
import {
  partedWithEnoughScenario,
  partedWithTooFewScenario,
  restartedWitnessScenario,
  returnedWitnessScenario,
} from './parted-witnesses.ts';
import type { PlantedBug } from './planted-bug.ts';
import * as witnesses from './witnesses.ts';

/** Several hosts go at once: judges are to believe that without waiting. */
const withoutBrake = { ...presets.lan, stormBrakeMs: 1 };

/** What goes wrong where rule R17 of docs/binding.md is not kept. */
export const bugsOfWitnesses: readonly PlantedBug[] = [
  {
    checker: 'one-server-per-vip',
    bug: 'V20: judges that need no denials of witnesses, who may have promised',
    scenario: partedWithEnoughScenario,
    timings: withoutBrake,
    parts: { controller: witnesses.needsNoDenials },
  },
  {
    checker: 'one-server-per-vip',
    bug: 'V21: agents that go on by so few promises that the rest can deny',
    scenario: partedWithTooFewScenario,
    timings: withoutBrake,
    parts: { vouching: witnesses.goesOnByOnePromise },
  },
  {
    checker: 'one-server-per-vip',
    bug: 'V22: witnesses that deny at once after a start, whatever they have promised before',
    scenario: restartedWitnessScenario,
    timings: withoutBrake,
    parts: { witness: (options) => new witnesses.HastyWitness(options) },
  },
  {
    checker: 'one-server-per-vip',
    bug: 'V22 once more: witnesses that have forgotten their denials when they are started again',
    scenario: returnedWitnessScenario,
    timings: withoutBrake,
    parts: { witness: witnesses.forgetsDenials },
  },
  {
    checker: 'witnesses-keep-serving',
    bug: 'witnesses that never promise anything',
    scenario: witnessesKeepServingScenario,
    parts: { witness: (options) => new witnesses.ReluctantWitness(options) },
  },
  {
    checker: 'witnesses-keep-serving',
    bug: 'agents that go on by the word of witnesses whom they do not hear',
    scenario: witnessesKeepServingScenario,
    parts: { vouching: (options) => new witnesses.DeafVouching(options) },
  },
];
