import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { programOf } from '../../src/processes/program.ts';
import type { Hunt } from '../planted/hunt.ts';
import type { MeasuredRun } from './measured-run.ts';

/** The word that makes simulator/main.ts a worker: it follows with the command line of its parent. */
export const workerWord = 'worker';

/** What a worker is asked for: one seed of a source, or the hunt for one planted bug. */
export type WorkerTask =
  | { readonly type: 'run'; readonly source: number; readonly seed: number }
  | { readonly type: 'hunt'; readonly bug: number; readonly seed: number };

/** What it answers to each type of task. */
interface Results {
  readonly run: MeasuredRun;
  readonly hunt: Hunt;
}
export type WorkerResult = Results[keyof Results];
export type WorkerAnswer = { readonly result: WorkerResult } | { readonly error: string };

/** Most of what a run makes is of no use after a moment: with more room it is collected less often, which made runs 7 % faster. */
const youngSpaceMb = 64;

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
    const { file, options } = programOf('simulator/main.ts');
    const words = [workerWord, ...commandLine];
    const room = [`--min-semi-space-size=${youngSpaceMb}`, `--max-semi-space-size=${youngSpaceMb}`];
    const execArgv = [...room, ...options];
    const all = Array.from({ length: count }, () => fork(file, words, { execArgv }));
    await Promise.all(all.map(ready));
    return new Workers(all);
  }

  /**
   * Does all tasks, and tells of each result with its task's number as soon as it is there. Rejects
   * when a worker can't do its task, or dies.
   */
  async run<K extends keyof Results>(
    tasks: readonly (WorkerTask & { readonly type: K })[],
    onResult: (number: number, result: Results[K]) => void,
  ): Promise<void> {
    const left = tasks.entries();
    const work = async (worker: ChildProcess): Promise<void> => {
      // All share the one iterator, so each takes the next task when it has done its last.
      for (const [number, task] of left) {
        // From a process of this very program, which was started above.
        onResult(number, (await ask(worker, task)) as Results[K]);
      }
    };
    await Promise.all(this.#all.map(work));
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

function ask(worker: ChildProcess, task: WorkerTask): Promise<WorkerResult> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null, signal: string | null): void => {
      worker.off('message', answered);
      const how = signal === null ? `with status ${String(code)}` : `by ${signal}`;
      reject(new Error(`the worker process for seed ${task.seed} ended ${how}`));
    };
    const answered = (message: unknown): void => {
      worker.off('exit', gone);
      const answer = message as WorkerAnswer;
      if ('result' in answer) resolve(answer.result);
      else reject(new Error(`the worker process failed at seed ${task.seed}: ${answer.error}`));
    };
    worker.once('exit', gone);
    worker.once('message', answered);
    worker.send(task, (error) => {
      if (error !== null) reject(error);
    });
  });
}
