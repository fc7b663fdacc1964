import type { Scenario } from '../scenarios/scenario.ts';
import type { RunOptions } from '../simulate.ts';

/** What `--scenario` names: a scenario of the folder, or a file with one. */
export interface Source {
  /** As it stands on the command line. */
  readonly word: string;
  readonly scenario: Scenario;
  /** How many seeds of it are run. */
  readonly seeds: number;
  /** Everything that a run needs but its seed. */
  readonly run: Omit<RunOptions, 'seed'>;
  /** The seed that a scenario file asks for; null where it asks for none. */
  readonly seed: number | null;
}
