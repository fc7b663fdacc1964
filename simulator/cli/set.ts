import { systemClock } from '../../src/adapters/system-clock.ts';
import type { WorldParts } from '../world/parts.ts';
import { type MeasuredRun, measuredRun } from './measured-run.ts';
import type { CliOptions } from './options.ts';
import type { Source } from './source.ts';
import type { Row } from './table.ts';
import { Workers } from './workers.ts';

export interface SetHooks {
  /** Replaces parts of the world, in this process only. */
  readonly parts: Partial<WorldParts>;
  readonly commandLine: readonly string[];
  /** Is told of each run as soon as it has ended, and how many of how many have. */
  readonly progress: (source: Source, done: number, of: number) => void;
  /** Is told of the runs in the order of their seeds. */
  readonly onRow: (source: Source, row: Row) => void;
}

type RunAll = (source: number, onRun: () => void) => Promise<readonly MeasuredRun[]>;

/** Runs the seeds of each source. The wall clock is read around the runs; no run sees it. */
export async function runSet(options: CliOptions, hooks: SetHooks): Promise<readonly Row[]> {
  const jobs = Math.min(options.jobs, options.seeds);
  const workers = jobs > 1 ? await Workers.start(jobs, hooks.commandLine) : null;
  const runAll = workers === null ? here(options, hooks) : beside(options, workers);
  const rows: Row[] = [];
  try {
    for (const [index, source] of options.sources.entries()) {
      const beganMs = systemClock.monotonicMs();
      let done = 0;
      const runs = await runAll(index, () => {
        done += 1;
        hooks.progress(source, done, options.seeds);
      });
      const wallMs = systemClock.monotonicMs() - beganMs;
      const row = { scenario: source.scenario.name, runs, wallMs };
      rows.push(row);
      hooks.onRow(source, row);
    }
  } finally {
    workers?.close();
  }
  return rows;
}

function here({ sources, seed, seeds }: CliOptions, { parts }: SetHooks): RunAll {
  return async (source, onRun) => {
    const run = sources[source]?.run;
    if (run === undefined) throw new RangeError(`there is no source ${source}`);
    const runs: MeasuredRun[] = [];
    for (let next = seed; next < seed + seeds; next += 1) {
      runs.push(await measuredRun({ ...run, seed: next, parts }));
      onRun();
    }
    return runs;
  };
}

function beside({ seed, seeds }: CliOptions, workers: Workers): RunAll {
  return (source, onRun) => {
    const tasks = Array.from({ length: seeds }, (_, index) => ({ source, seed: seed + index }));
    return workers.run(tasks, onRun);
  };
}
