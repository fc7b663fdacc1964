import process from 'node:process';
import { measuredRun } from './measured-run.ts';
import { parseOptions } from './options.ts';
import type { WorkerAnswer, WorkerTask } from './workers.ts';

/** Runs what the parent process asks for until it disconnects. */
export function serveAsWorker(commandLine: readonly string[]): void {
  const { sources } = parseOptions(commandLine);
  const answer = async ({ source, seed }: WorkerTask): Promise<WorkerAnswer> => {
    try {
      const run = sources[source]?.run;
      if (run === undefined) throw new RangeError(`there is no source ${source}`);
      return { run: await measuredRun({ ...run, seed }) };
    } catch (error) {
      return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  };
  process.on('message', (task: WorkerTask) => {
    void answer(task).then((message) => process.send?.(message));
  });
  process.send?.('ready');
}
