import type { Timings } from '../../machines/timings/timings.ts';
import type { Figures } from './figures.ts';
import type { Hands } from './hands.ts';
import type { ChaosSize } from './size.ts';

/** What a measured figure is to be at most: told, and no reason to fail, since it says as much of the machine. */
export interface Goal {
  readonly what: string;
  /** Null where there was nothing to measure. */
  readonly measured: number | null;
  readonly most: number;
}

/** What is done to real processes: one file, and one line in the index. */
export interface ChaosScenario {
  readonly name: string;
  /** What happens, in a few words. */
  readonly summary: string;
  /** What must hold, in a sentence. */
  readonly promise: string;
  readonly size: ChaosSize;
  /** Breaks things, and waits until the system has done what it can while they are broken. All is healed afterwards. */
  run(hands: Hands): Promise<void>;
  /** What this scenario promises beside what the checkers hold: a sentence for each thing that does not hold. */
  problems?(figures: Figures, timings: Timings): readonly (string | null)[];
  goals?(figures: Figures, timings: Timings): readonly Goal[];
}

export type JudgedGoal = Goal & { readonly met: boolean };

/** What a scenario is hoped to come to, and whether it did: in one run, or in several together. */
export function goalsOf(
  scenario: ChaosScenario,
  figures: Figures,
  timings: Timings,
): readonly JudgedGoal[] {
  return (scenario.goals?.(figures, timings) ?? []).map((goal) => {
    return { ...goal, met: goal.measured === null || goal.measured <= goal.most };
  });
}
