import { systemClock } from '../../src/adapters/system-clock.ts';
import type { WorldParts } from '../world/parts.ts';
import { InOrder } from './in-order.ts';
import { type MeasuredRun, measuredRun } from './measured-run.ts';
import type { CliOptions } from './options.ts';
import type { Progress } from './progress.ts';
import type { Source } from './source.ts';
import { Tally } from './tally.ts';
import { type WorkerTask, Workers } from './workers.ts';

export interface SetHooks {
  /** Replaces parts of the world, in this process only. */
  readonly parts: Partial<WorldParts>;
  readonly commandLine: readonly string[];
  readonly progress: (progress: Progress) => void;
  /** Is told of the runs in the order of the sources and of their seeds. */
  readonly onRun: (source: Source, run: MeasuredRun) => void;
}

export interface SetResult {
  /** One for each source. */
  readonly tallies: readonly Tally[];
  readonly tookMs: number;
}

type Task = WorkerTask & { readonly type: 'run' };

/** Runs the seeds of all sources. */
export async function runSet(options: CliOptions, hooks: SetHooks): Promise<SetResult> {
  const { sources, seed: first } = options;
  const tasks = sources.flatMap(({ seeds }, source) =>
    Array.from({ length: seeds }, (_, index): Task => ({
      type: 'run',
      source,
      seed: first + index,
    })),
  );
  const tallies = sources.map(({ scenario }) => new Tally(scenario.name));
  const told = new InOrder<MeasuredRun>((run, number) => {
    const source = tasks[number]?.source ?? 0;
    tallies[source]?.add(run);
    hooks.onRun(sourceAt(sources, source), run);
  });
  const workers =
    Math.min(options.jobs, tasks.length) > 1
      ? await Workers.start(Math.min(options.jobs, tasks.length), hooks.commandLine)
      : null;
  const beganMs = systemClock.monotonicMs();
  const tookMs = () => systemClock.monotonicMs() - beganMs;
  let done = 0;
  let failed = 0;
  const show = (what: string): void =>
    hooks.progress({ done, of: tasks.length, failed, tookMs: tookMs(), what });
  const onRun = (number: number, run: MeasuredRun): void => {
    done += 1;
    if (!run.result.ok) failed += 1;
    told.put(number, run);
    show(run.result.scenario);
  };
  show(sources[0]?.scenario.name ?? '');
  try {
    if (workers === null) await runHere(tasks, sources, hooks.parts, onRun);
    else await workers.run(tasks, onRun);
  } finally {
    workers?.close();
  }
  return { tallies, tookMs: tookMs() };
}

async function runHere(
  tasks: readonly Task[],
  sources: readonly Source[],
  parts: Partial<WorldParts>,
  onRun: (number: number, run: MeasuredRun) => void,
): Promise<void> {
  for (const [number, { source, seed }] of tasks.entries()) {
    onRun(number, await measuredRun({ ...sourceAt(sources, source).run, seed, parts }));
  }
}

function sourceAt(sources: readonly Source[], index: number): Source {
  const source = sources[index];
  if (source === undefined) throw new RangeError(`there is no source ${index}`);
  return source;
}
