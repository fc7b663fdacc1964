import type { Timings } from '../../machines/timings/timings.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { WorldParts } from '../world/parts.ts';

/**
 * A bug that is put into a world on purpose, by wrapping or replacing a part of it, to show that its
 * checker would find it. The runtime itself knows nothing of it.
 */
export interface PlantedBug {
  /** The checker that must find it. */
  readonly checker: string;
  /** What is wrong, in a few words. */
  readonly bug: string;
  /** A scenario whose first seeds find it. */
  readonly scenario: Scenario;
  /** By which everybody goes, with the bug and without it; the preset for local networks where it is not given. */
  readonly timings?: Timings;
  readonly parts: Partial<WorldParts>;
}
