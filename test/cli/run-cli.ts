import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { programWords } from '../../src/processes/program.ts';

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly ended: Promise<Ended>;
}

export interface CliOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Give it a channel, as a process has that starts others? */
  readonly channel?: boolean;
  /** Give it a process group of its own, as a terminal does? */
  readonly group?: boolean;
}

/** Resolves when it has said this on standard output; rejects if it ends before. */
export async function says(started: Started, words: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const look = () => {
      if (started.stdout().includes(words)) resolve();
    };
    started.child.stdout?.on('data', look);
    look();
    started.ended.then(
      ({ stdout, stderr }) => reject(new Error(`it never said "${words}": ${stdout}${stderr}`)),
      reject,
    );
  });
}

/** Starts `holdfast` with these arguments, without waiting for npm and the set-up. */
export function startCli(args: readonly string[], options: CliOptions = {}): Started {
  const child = spawn(process.execPath, [...programWords('src/cli/main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe', ...(options.channel === true ? ['ipc' as const] : [])],
    detached: options.group === true,
    env: { ...process.env, ...options.environment },
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (text: Buffer) => (stdout += text.toString('utf8')));
  child.stderr?.on('data', (text: Buffer) => (stderr += text.toString('utf8')));
  // Not the event 'close', which a child never emits whose channel was closed from this side.
  const streams = [child.stdout, child.stderr].map((stream) => stream && once(stream, 'close'));
  const ended = Promise.all([once(child, 'exit'), ...streams]).then(([[status]]) => ({
    status: status as number | null,
    stdout,
    stderr,
  }));
  return { child, stdout: () => stdout, ended };
}

export function runCli(args: readonly string[], options?: CliOptions): Promise<Ended> {
  return startCli(args, options).ended;
}
