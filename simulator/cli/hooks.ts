import type { PlantedBug } from '../planted/planted-bug.ts';
import type { WorldParts } from '../world/parts.ts';

/** What the command talks to. */
export interface CommandHooks {
  readonly write: (text: string) => void;
  /** Shows how far a set of seeds has come, on one line; called with nothing to clear it. */
  readonly progress?: (text: string) => void;
  /** How many characters fit on a line. */
  readonly columns?: number;
  /** Replaces parts of the world, for tests. */
  readonly parts?: Partial<WorldParts>;
  /** Hunts these bugs in one process, for tests. */
  readonly bugs?: readonly PlantedBug[];
}
