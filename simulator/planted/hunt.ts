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
  readonly seeds: number;
  /** Seeds up to that one that fail without the bug, and so prove nothing. */
  readonly failWithout: readonly number[];
}

/**
 * Runs seeds from the first one on until the bug's own checker finds it, and the same seeds without
 * it, in which nothing may be found.
 */
export async function hunt(
  { checker, bug, scenario, parts, timings }: PlantedBug,
  firstSeed: number,
  seedsMax: number = huntSeedsMax,
): Promise<Hunt> {
  const failWithout: number[] = [];
  let foundBy: number | null = null;
  let seeds = 0;
  while (foundBy === null && seeds < seedsMax) {
    const seed = firstSeed + seeds;
    seeds += 1;
    const run = { seed, scenario, ...(timings === undefined ? {} : { timings }) };
    const { violations } = await simulate({ ...run, parts });
    if (violations.some((violation) => violation.checker === checker)) foundBy = seed;
    if (!(await simulate(run)).ok) failWithout.push(seed);
  }
  return { checker, bug, scenario: scenario.name, foundBy, seeds, failWithout };
}
