import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { MeasuredRun } from './measured-run.ts';

/** The word that makes simulator/main.ts a worker: it follows with the command line of its parent. */
export const workerWord = 'worker';

/** What a worker is asked for, and what it answers. */
export interface WorkerTask {
  readonly source: number;
  readonly seed: number;
}
export type WorkerAnswer = { readonly run: MeasuredRun } | { readonly error: string };

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

/** Processes that run seeds beside each other, since one process has one core. */
export class Workers {
  readonly #all: readonly ChildProcess[];

  private constructor(all: readonly ChildProcess[]) {
    this.#all = all;
  }

  /**
   * Resolves when all are there, so that their start is not taken for the time of a run. Each reads
   * the same command line, so that both sides mean the same by a source's number.
   */
  static async start(count: number, commandLine: readonly string[]): Promise<Workers> {
    const all = Array.from({ length: count }, () => fork(main, [workerWord, ...commandLine]));
    await Promise.all(all.map(ready));
    return new Workers(all);
  }

  /**
   * Runs all tasks and resolves to their runs in the order of the tasks, whoever ended first.
   * Rejects when a worker can't do its task, or dies.
   */
  async run(
    tasks: readonly WorkerTask[],
    onRun: (run: MeasuredRun) => void,
  ): Promise<readonly MeasuredRun[]> {
    const runs: MeasuredRun[] = [];
    const left = [...tasks.entries()];
    const work = async (worker: ChildProcess): Promise<void> => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        const [index, task] = next;
        const run = await ask(worker, task);
        runs[index] = run;
        onRun(run);
      }
    };
    await Promise.all(this.#all.map(work));
    return runs;
  }

  /** Lets the workers end: they have nothing more to wait for. */
  close(): void {
    for (const worker of this.#all) if (worker.connected) worker.disconnect();
  }
}

async function ready(worker: ChildProcess): Promise<void> {
  const gone = new AbortController();
  const ended = once(worker, 'exit', gone).then(([code]) => {
    throw new Error(`a worker process ended with status ${String(code)} before it began`);
  });
  ended.catch(() => undefined);
  await Promise.race([once(worker, 'message', gone), ended]);
  gone.abort();
}

function ask(worker: ChildProcess, task: WorkerTask): Promise<MeasuredRun> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null, signal: string | null): void => {
      worker.off('message', answered);
      const how = signal === null ? `with status ${String(code)}` : `by ${signal}`;
      reject(new Error(`the worker process for seed ${task.seed} ended ${how}`));
    };
    const answered = (message: unknown): void => {
      worker.off('exit', gone);
      // From a process of this very program, which was started above.
      const answer = message as WorkerAnswer;
      if ('run' in answer) resolve(answer.run);
      else reject(new Error(`the worker process failed at seed ${task.seed}: ${answer.error}`));
    };
    worker.once('exit', gone);
    worker.once('message', answered);
    worker.send(task, (error) => {
      if (error !== null) reject(error);
    });
  });
}
