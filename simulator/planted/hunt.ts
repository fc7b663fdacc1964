import type { Timings } from '../../machines/timings/timings.ts';
import { checkerKinds } from '../checkers/index.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { simulate } from '../simulate.ts';
import type { PlantedBug } from './planted-bug.ts';

/** Within how many of the default seeds a planted bug has to be found. */
export const huntSeedsMax = 10;

export interface Hunt {
  readonly checker: string;
  readonly bug: string;
  readonly scenario: string;
  /** The seed with which its own checker found it; null where none of them did. */
  readonly foundBy: number | null;
  /** Does its own checker look at that scenario at all? */
  readonly isLookedFor: boolean;
  /** Other checkers that found it in seeds in which nothing is wrong without the bug. */
  readonly alsoBy: readonly string[];
  readonly seeds: number;
  /** Seeds up to that one that fail without the bug, and so prove nothing. */
  readonly failWithout: readonly number[];
}

export interface HuntOptions {
  readonly seedsMax?: number;
  /** Where it is hunted; its own scenario where it is not given. */
  readonly scenario?: Scenario;
  /** What is known of the runs without a bug already. */
  readonly sound?: SoundRuns;
}

/** A run of the world as it is, without a bug. */
interface SoundRun {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly timings?: Timings;
}

/**
 * Which runs without a bug pass. Many bugs are hunted in the same runs, and a run is one history each time:
 * who hunts several bugs keeps one of these for all of them, and each run is made once.
 */
export class SoundRuns {
  readonly #made: { readonly run: SoundRun; readonly ok: boolean }[] = [];

  async passes(run: SoundRun): Promise<boolean> {
    const { seed, scenario, timings } = run;
    const known = this.#made.find(({ run: made }) => {
      return made.seed === seed && made.scenario === scenario && made.timings === timings;
    });
    if (known !== undefined) return known.ok;
    const { ok } = await simulate(run);
    this.#made.push({ run, ok });
    return ok;
  }
}

/**
 * Runs seeds from the first one on until the bug's own checker finds it, and the same seeds without
 * it, in which nothing may be found.
 */
export async function hunt(
  planted: PlantedBug,
  firstSeed: number,
  options: HuntOptions = {},
): Promise<Hunt> {
  const { checker, bug, parts, timings } = planted;
  const { seedsMax = huntSeedsMax, sound = new SoundRuns(), scenario = planted.scenario } = options;
  const failWithout: number[] = [];
  const found = new Set<string>();
  let foundBy: number | null = null;
  let seeds = 0;
  while (foundBy === null && seeds < seedsMax) {
    const seed = firstSeed + seeds;
    seeds += 1;
    const run = { seed, scenario, ...(timings === undefined ? {} : { timings }) };
    const { violations } = await simulate({ ...run, parts });
    const finders = new Set(violations.map((violation) => violation.checker));
    if (finders.delete(checker)) foundBy = seed;
    if (await sound.passes(run)) for (const finder of finders) found.add(finder);
    else failWithout.push(seed);
  }
  const isLookedFor = [...checkerKinds, ...(scenario.checkers ?? [])].some(
    ({ name }) => name === checker,
  );
  const alsoBy = [...found];
  const where = scenario.name;
  return { checker, bug, scenario: where, isLookedFor, foundBy, alsoBy, seeds, failWithout };
}
