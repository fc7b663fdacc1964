import { systemClock } from '../../src/adapters/system-clock.ts';
import { type Hunt, hunt, type HuntOptions, SoundRuns } from '../planted/hunt.ts';
import { plantedBugs } from '../planted/index.ts';
import type { PlantedBug } from '../planted/planted-bug.ts';
import { InOrder } from './in-order.ts';
import type { CliOptions, PlantedOptions } from './options.ts';
import type { Progress } from './progress.ts';
import { formatTable } from './table.ts';
import { type WorkerTask, Workers } from './workers.ts';

export interface HuntHooks {
  /** All of them, but for tests. */
  readonly bugs?: readonly PlantedBug[];
  readonly commandLine: readonly string[];
  readonly progress: (progress: Progress) => void;
  /** Is told of the hunts in the order of the bugs. */
  readonly onHunt: (hunt: Hunt) => void;
}

type Task = WorkerTask & { readonly type: 'hunt' };

/** Hunts every planted bug with its own checker. */
export async function runHunts(options: CliOptions, hooks: HuntHooks): Promise<readonly Hunt[]> {
  const { bugs = plantedBugs } = hooks;
  const tasks = bugs.map((_, bug): Task => ({ type: 'hunt', bug, seed: options.seed }));
  const jobs = Math.min(options.jobs, tasks.length);
  const workers = jobs > 1 ? await Workers.start(jobs, hooks.commandLine) : null;
  const hunts: Hunt[] = [];
  const told = new InOrder<Hunt>((result) => {
    hunts.push(result);
    hooks.onHunt(result);
  });
  const beganMs = systemClock.monotonicMs();
  let done = 0;
  let failed = 0;
  const onHunt = (number: number, result: Hunt): void => {
    done += 1;
    if (!isProven(result)) failed += 1;
    told.put(number, result);
    const tookMs = systemClock.monotonicMs() - beganMs;
    hooks.progress({ done, of: tasks.length, failed, tookMs, what: result.checker });
  };
  try {
    if (workers !== null) await workers.run(tasks, onHunt);
    else {
      const sound = new SoundRuns();
      for (const [number, planted] of bugs.entries()) {
        onHunt(
          number,
          await hunt(planted, options.seed, { sound, ...huntOptions(options.planted) }),
        );
      }
    }
  } finally {
    workers?.close();
  }
  return hunts;
}

/** Where and how long to hunt, as was asked for. */
export function huntOptions(planted: PlantedOptions | null): HuntOptions {
  if (planted === null) return {};
  const { scenario, seedsMax } = planted;
  return { seedsMax, ...(scenario === null ? {} : { scenario }) };
}

/** Found by its own checker, in seeds in which nothing is wrong without the bug. */
export function isProven({ foundBy, failWithout }: Hunt): boolean {
  return foundBy !== null && failWithout.length === 0;
}

export function huntTable(hunts: readonly Hunt[]): string {
  const rows = hunts.map((result) => {
    const { checker, bug, scenario, foundBy, seeds } = result;
    return [
      checker,
      bug,
      scenario,
      foundBy === null ? '-' : String(foundBy),
      String(seeds),
      verdictOf(result),
    ];
  });
  return formatTable(['checker', 'planted bug', 'scenario', 'found by seed', 'seeds', ''], rows);
}

function verdictOf({ isLookedFor, foundBy, alsoBy, failWithout, seeds }: Hunt): string {
  if (failWithout.length > 0) {
    return `PROVES NOTHING: seed ${failWithout.join(', ')} fails without it, too`;
  }
  if (foundBy !== null) return 'found';
  const others = alsoBy.length === 0 ? '' : `, but by ${alsoBy.join(', ')}`;
  const why = isLookedFor ? '' : ', whose scenario has no such checker';
  return `NOT FOUND in ${seeds} seeds${why}${others}`;
}

export function huntSummary(hunts: readonly Hunt[]): string {
  const missed = hunts.filter((result) => !isProven(result));
  if (missed.length === 0) {
    return `all ${hunts.length} planted bugs were found, and the same seeds pass without them`;
  }
  return `${missed.length} of ${hunts.length} planted bugs were missed`;
}

/** The last line for programs. */
export function huntJson(hunts: readonly Hunt[]): string {
  const missed = hunts.filter((result) => !isProven(result));
  return JSON.stringify({
    planted: hunts.length,
    found: hunts.length - missed.length,
    missed: missed.map(({ checker, bug }) => `${checker}: ${bug}`),
  });
}
