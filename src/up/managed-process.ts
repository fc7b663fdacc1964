import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Clock, Timer } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { backoffMs } from '../../machines/timings/backoff.ts';
import type { ProcessMessage } from '../processes/lifecycle.ts';
import { restartStatus, spawnCommand } from '../processes/supervision.ts';

/** Backoff of a process that dies: from, at most, and when it counts as stable again. */
const restartMs = 200;
const restartMaxMs = 10_000;
const stableMs = 30_000;
/** How long a process may take to start, and to stop, before it is given up. */
const readyTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;

/** Where a process's standard error goes: to this process's own, nowhere, or to an open file. */
export type ProcessOutput = 'inherit' | 'ignore' | number;

/** Why a process could not be started; it has said more itself. */
export class ProcessFailed extends Error {
  override readonly name = 'ProcessFailed';
}

export interface ManagedProcessOptions {
  readonly name: string;
  /** The program's own arguments: a command and its options. */
  readonly args: readonly string[];
  /** A program, with arguments, that becomes the process, such as one that puts it on another host. */
  readonly under?: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  /** Start it again when it dies? */
  readonly restart: boolean;
  readonly output: ProcessOutput;
}

/** A child that runs one of this program's own commands, and is started again when it dies. */
export class ManagedProcess {
  readonly name: string;
  readonly #options: ManagedProcessOptions;
  #child: ChildProcess | null = null;
  #deaths = 0;
  #startedMs = 0;
  #restartTimer: Timer | null = null;
  #stopping = false;

  constructor(options: ManagedProcessOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Starts it and resolves with what it says when it is ready. */
  start(): Promise<ProcessMessage> {
    const { args, under, clock, log, name, output } = this.#options;
    this.#startedMs = clock.monotonicMs();
    this.#stopping = false;
    const child = spawnCommand(args, output, under);
    this.#child = child;
    log.debug({ process: name, pid: child.pid }, 'a process was started');
    return new Promise((resolve, reject) => {
      const timer = clock.setTimer(readyTimeoutMs, () => {
        reject(new ProcessFailed(`${name} was not ready within ${readyTimeoutMs} ms`));
      });
      child.on('message', (message: ProcessMessage) => {
        clock.clearTimer(timer);
        resolve(message);
      });
      child.once('error', (error) => {
        clock.clearTimer(timer);
        reject(error);
        if (child.pid === undefined) this.#ended(child, error.message);
      });
      child.once('exit', (code, signal) => {
        clock.clearTimer(timer);
        const how = signal ?? `exit status ${code}`;
        reject(new ProcessFailed(`${name} ended with ${how} before it was ready`));
        this.#ended(child, how, code === restartStatus);
      });
    });
  }

  /** Sends it a signal, as an operator or an accident would; it is then started again, if it is. */
  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /**
   * Ends it until it is started again; resolves when it has ended. Without `handOver` it ends at
   * once, because everything ends with it. One that comes back is told so, as a service manager does.
   */
  async stop({ handOver = true, comesBack = false } = {}): Promise<void> {
    this.#stopping = true;
    const { clock, log, name } = this.#options;
    if (this.#restartTimer !== null) clock.clearTimer(this.#restartTimer);
    const child = this.#child;
    if (child === null) return;
    const exited = once(child, 'exit');
    // A process that is let go of by its parent stops by itself.
    if (!handOver && child.connected) child.disconnect();
    else child.kill(comesBack ? 'SIGTERM' : 'SIGINT');
    const timer = clock.setTimer(stopTimeoutMs, () => {
      log.warn({ process: name, pid: child.pid }, 'a process did not stop in time and is killed');
      child.kill('SIGKILL');
    });
    await exited;
    clock.clearTimer(timer);
  }

  #ended(child: ChildProcess, how: string, isAsked = false): void {
    if (this.#child !== child) return;
    this.#child = null;
    const { restart, clock, log, name } = this.#options;
    if (this.#stopping || !(restart || isAsked)) return;
    const isStable = isAsked || clock.monotonicMs() - this.#startedMs > stableMs;
    this.#deaths = isStable ? 0 : this.#deaths + 1;
    const delayMs = backoffMs(Math.max(0, this.#deaths - 1), restartMs, restartMaxMs);
    const waitMs = isAsked ? 0 : delayMs;
    log[isAsked ? 'info' : 'warn'](
      { process: name, how, waitMs },
      'a process has ended and is started again',
    );
    this.#restartTimer = clock.setTimer(waitMs, () => {
      this.#restartTimer = null;
      this.start().catch((error: unknown) => {
        log.error({ process: name, err: error }, 'a process could not be started again');
      });
    });
  }
}
