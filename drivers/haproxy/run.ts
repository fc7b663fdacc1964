import { spawn } from 'node:child_process';
import type { Clock } from '../../machines/ports/clock.ts';
import { RetryableError } from '../contract/errors.ts';

/** What is kept of a program's words. */
const outputBytesMax = 64 * 1024;

export interface Outcome {
  /** Null where a signal ended it, be it ours after `timeoutMs`. */
  readonly code: number | null;
  readonly timedOut: boolean;
  /** All its words, those on standard error too. */
  readonly output: string;
  /** Its words on standard output alone. */
  readonly stdout: string;
}

export interface RunOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** An open file that the program is to have as its descriptor 3. */
  readonly descriptor?: number;
  /** Where it is to run. */
  readonly directory?: string;
  /** What it is to read from its standard input. */
  readonly input?: string | Uint8Array;
}

/**
 * Runs a program to its end, or kills it and all that it started in its process group after
 * `timeoutMs`. Throws RetryableError where it could not be started at all.
 */
export function run(
  command: string,
  args: readonly string[],
  { clock, timeoutMs, descriptor, directory, input }: RunOptions,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that a kill reaches what it started too.
    const child = spawn(command, args, {
      detached: true,
      cwd: directory,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', descriptor ?? 'ignore'],
    });
    let output = '';
    let stdout = '';
    let timedOut = false;
    let code: number | null = null;
    const listen = (chunk: Buffer) => {
      if (output.length < outputBytesMax) output += chunk.toString('utf8');
    };
    child.stdout?.on('data', (chunk: Buffer) => {
      listen(chunk);
      stdout += chunk.toString('utf8');
    });
    child.stderr?.on('data', listen);
    // A program that ends before it has read everything says itself why.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
    const timer = clock.setTimer(timeoutMs, () => {
      timedOut = child.exitCode === null;
      if (timedOut && child.pid !== undefined) killGroup(child.pid);
      // A process that it left behind may keep its pipes open for ever.
      child.stdout?.destroy();
      child.stderr?.destroy();
    });
    child.once('error', (error) => {
      clock.clearTimer(timer);
      reject(new RetryableError(`can't run ${command}: ${error.message}`, { cause: error }));
    });
    child.once('exit', (exitCode) => (code = exitCode));
    child.once('close', () => {
      clock.clearTimer(timer);
      resolve({ code, timedOut, output, stdout });
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
