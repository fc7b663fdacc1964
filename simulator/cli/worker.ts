import process from 'node:process';
import { hunt, SoundRuns } from '../planted/hunt.ts';
import { plantedBugs } from '../planted/index.ts';
import { measuredRun } from './measured-run.ts';
import { type CliOptions, parseOptions } from './options.ts';
import { huntOptions } from './planted.ts';
import type { WorkerAnswer, WorkerResult, WorkerTask } from './workers.ts';

/** Does what the parent process asks for until it disconnects. */
export function serveAsWorker(commandLine: readonly string[]): void {
  const options = parseOptions(commandLine);
  const sound = new SoundRuns();
  const answer = async (task: WorkerTask): Promise<WorkerAnswer> => {
    try {
      return { result: await resultOf(task, options, sound) };
    } catch (error) {
      return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  };
  process.on('message', (task: WorkerTask) => {
    void answer(task).then((message) => process.send?.(message));
  });
  // Whoever wanted to know is gone.
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}

function resultOf(
  task: WorkerTask,
  { sources, planted: hunts }: CliOptions,
  sound: SoundRuns,
): Promise<WorkerResult> {
  if (task.type === 'hunt') {
    const planted = plantedBugs[task.bug];
    if (planted === undefined) throw new RangeError(`there is no planted bug ${task.bug}`);
    return hunt(planted, task.seed, { sound, ...huntOptions(hunts) });
  }
  const run = sources[task.source]?.run;
  if (run === undefined) throw new RangeError(`there is no source ${task.source}`);
  return measuredRun({ ...run, seed: task.seed });
}
