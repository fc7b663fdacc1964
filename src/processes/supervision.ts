import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Log } from '../../machines/ports/log.ts';
import type { StopRequest } from './lifecycle.ts';
import { programWords } from './program.ts';

/** The exit status of a process that is to be started again, at once. */
export const restartStatus = 75;

/**
 * What they work on lives a little longer than Node.js thinks, until a write or an answer has come. With more
 * room for what is new (in MiB), less of it is moved about in vain.
 */
const heaps: Readonly<Record<string, readonly string[]>> = {
  controller: ['--min-semi-space-size=64', '--max-semi-space-size=64'],
  agent: ['--min-semi-space-size=16', '--max-semi-space-size=32'],
};

/**
 * Runs one of this program's own commands in a process of its own, with a channel to this one. `under` is a
 * program, with arguments, that becomes it.
 */
export function spawnCommand(
  args: readonly string[],
  output: 'inherit' | 'ignore' | number,
  under: readonly string[] = [],
) {
  const [command = ''] = args;
  const heap = heaps[command] ?? [];
  const node = [process.execPath, ...heap, ...programWords('src/cli/main.ts')];
  const [program = process.execPath, ...words] = [...under, ...node, ...args];
  return spawn(program, words, {
    stdio: ['ignore', 'ignore', output, 'ipc'],
    // A terminal's Ctrl-C is for the parent, which then stops its processes in their order.
    detached: true,
  });
}

/**
 * Does somebody start this process again when it ends with {@link restartStatus}? A parent with a
 * channel does, and systemd, which tells the process that it has started itself which one that is.
 */
export function isSupervised(): boolean {
  return process.send !== undefined || process.env['SYSTEMD_EXEC_PID'] === String(process.pid);
}

/**
 * Starts the command of this process again, as often as that is asked for, and is nothing but its
 * parent from now on: a process can't replace itself without losing its place with whoever waits for
 * it. Resolves with the exit status of the last one.
 */
export async function startAgain(
  args: readonly string[],
  asked: Promise<StopRequest>,
  log: Log,
  start: (args: readonly string[]) => ChildProcess = (words) => spawnCommand(words, 'inherit'),
): Promise<number> {
  let child: ChildProcess | null = null;
  let isAsked = false;
  void asked.then((why) => {
    isAsked = true;
    child?.kill(why === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
  });
  for (;;) {
    child = start(args);
    log.info({ pid: child.pid }, 'started again');
    const status = await ended(child);
    // It may have been about to be started again when this process was asked to stop.
    if (status !== restartStatus || isAsked) return status;
  }
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']);
    });
  });
}
