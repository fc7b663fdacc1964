import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { programWords } from '../../../src/processes/program.ts';
import { root } from '../../../src/processes/root.ts';

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function started(arguments_: readonly string[], before: readonly string[] = []) {
  const command = [process.execPath, ...programWords('simulator/main.ts'), ...arguments_];
  const [file = '', ...words] = [...before, ...command];
  return spawn(file, words, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The same, read as `head -1` reads it: closed after the first thing that it tells. */
export async function runUntilRead(...arguments_: readonly string[]): Promise<Finished> {
  const child = started(arguments_);
  const ended = once(child, 'close') as Promise<[number | null]>;
  const told = text(child.stderr);
  const [first] = (await once(child.stdout, 'data')) as [Buffer];
  child.stdout.destroy();
  const [status] = await ended;
  return { status, stdout: first.toString(), stderr: await told };
}

/** Runs the simulator's command in a process of its own. */
export function runInProcess(...arguments_: readonly string[]): Promise<Finished> {
  return finished(started(arguments_));
}

/** The same with what others leave of the processors: it takes nothing from who is waited for beside it. */
export function runBehindOthers(...arguments_: readonly string[]): Promise<Finished> {
  return finished(started(arguments_, ['nice', '-n', '19']));
}

async function finished(child: ReturnType<typeof started>): Promise<Finished> {
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { status, stdout, stderr };
}
