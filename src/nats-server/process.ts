import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, delay } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { type NatsClusterConfig, natsServerConfig, type NatsServerConfig } from './config.ts';
import { freePort } from './free-port.ts';
import { natsServerVersion } from './version.ts';
import { waitForServer } from './wait-for-server.ts';

/** A store of many records takes a while to read back. */
const startTimeoutMs = 30_000;
const stopTimeoutMs = 10_000;
const stopPollMs = 25;
/** Another process may take a free port first. */
const portAttempts = 5;
/** Executes a program that gets a signal when its parent dies; part of util-linux. */
const setpriv = '/usr/bin/setpriv';

export interface NatsServerOptions {
  readonly binary: string;
  /** Holds the configuration, the log, the pid file and the store; made where missing. */
  readonly directory: string;
  /** The address it listens on; loopback where not given. */
  readonly host?: string;
  /** A free one where not given. */
  readonly port?: number;
  readonly users: Pick<NatsServerConfig, 'controllerKey' | 'operatorKey' | 'agents'>;
  readonly serverName?: string;
  readonly pingIntervalMs?: number;
  readonly cluster?: NatsClusterConfig;
  readonly clock: Clock;
  readonly log: Log;
}

export interface NatsServerProcess {
  /** For clients, such as `nats://127.0.0.1:41234`. */
  readonly url: string;
  readonly port: number;
  pid(): number;
  /** Resolves when the process ends, with what ended it. Each start has its own. */
  ended(): Promise<string>;
  /** Stops with `signal` and starts again on the same port and store. */
  restart(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Gives other users their rights without a restart; removed ones are cut off at once. */
  reload(users: NatsServerOptions['users']): Promise<void>;
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/**
 * Starts a server of one's own as a child process and resolves when it accepts connections. Where
 * setpriv exists, the kernel ends the child when this process dies, even by SIGKILL; elsewhere the
 * next start in the same directory ends the one that was left over, by the pid file.
 */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServerProcess> {
  const { host = '127.0.0.1' } = options;
  const version = await natsServerVersion(options.binary);
  options.log.info({ binary: options.binary, version: version.text }, 'Starting a NATS server.');
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  await endLeftOver(options);
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort(host));
    const server = new NatsServerChild(options, port, (users) =>
      natsServerConfig({
        version,
        host,
        port,
        serverName: options.serverName ?? 'holdfast',
        storeDir: join(options.directory, 'store'),
        pidFile: pidFile(options.directory),
        logFile: join(options.directory, 'nats-server.log'),
        ...users,
        ...(options.pingIntervalMs === undefined ? {} : { pingIntervalMs: options.pingIntervalMs }),
        ...(options.cluster === undefined ? {} : { cluster: options.cluster }),
      }),
    );
    try {
      await server.start();
      return server;
    } catch (error) {
      const taken = String(error).includes('address already in use');
      if (options.port !== undefined || !taken || attempt === portAttempts) throw error;
      options.log.warn({ port }, 'Somebody else took the port; trying another one.');
    }
  }
}

class NatsServerChild implements NatsServerProcess {
  readonly url: string;
  readonly port: number;
  readonly #options: NatsServerOptions;
  readonly #host: string;
  readonly #config: (users: NatsServerOptions['users']) => string;
  #users: NatsServerOptions['users'];
  #child: ChildProcess | null = null;
  #ended: Promise<string> = Promise.resolve('not started');

  constructor(
    options: NatsServerOptions,
    port: number,
    config: (users: NatsServerOptions['users']) => string,
  ) {
    this.#options = options;
    this.#users = options.users;
    this.#config = config;
    this.port = port;
    this.#host = options.host ?? '127.0.0.1';
    this.url = `nats://${this.#host}:${port}`;
  }

  pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('the NATS server does not run');
    return pid;
  }

  ended(): Promise<string> {
    return this.#ended;
  }

  async start(): Promise<void> {
    const { directory, binary, clock } = this.#options;
    await this.#writeConfig();
    const logFile = join(directory, 'nats-server.log');
    // Set aside, since a failure of the last start must not be read as one of this start.
    if (existsSync(logFile)) await rename(logFile, `${logFile}.previous`);
    const output = await open(join(directory, 'nats-server.out'), 'w', 0o600);
    const [program, args] = boundToParent(binary, ['-c', configFile(directory)]);
    const child = spawn(program, args, {
      stdio: ['ignore', output.fd, output.fd],
      // A terminal's Ctrl-C is for this process, whose clients have last words to say over NATS.
      detached: true,
    });
    this.#child = child;
    let ended = false;
    this.#ended = new Promise((resolve) => {
      const end = (how: string) => {
        ended = true;
        if (this.#child === child) this.#child = null;
        resolve(how);
      };
      child.once('error', (error) => end(error.message));
      child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
    });
    await output.close();
    const up = await waitForServer(clock, {
      host: this.#host,
      port: this.port,
      timeoutMs: startTimeoutMs,
      ended: () => ended,
    });
    if (up && !ended) return;
    const how = ended
      ? `ended with ${await this.#ended}`
      : `gave no greeting in ${startTimeoutMs} ms`;
    await this.stop('SIGKILL');
    throw new Error(`the NATS server ${binary} ${how}:\n${await tail(directory)}`);
  }

  async restart(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    await this.stop(signal);
    await this.start();
  }

  async reload(users: NatsServerOptions['users']): Promise<void> {
    this.#users = users;
    await this.#writeConfig();
    process.kill(this.pid(), 'SIGHUP');
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    child.kill(signal);
    const { clock, log } = this.#options;
    const timer = clock.setTimer(stopTimeoutMs, () => {
      log.warn({ pid: child.pid }, 'The NATS server did not stop in time and is killed.');
      child.kill('SIGKILL');
    });
    await this.#ended;
    clock.clearTimer(timer);
  }

  async #writeConfig(): Promise<void> {
    const path = configFile(this.#options.directory);
    await writeFile(path, this.#config(this.#users), { mode: 0o600 });
  }
}

const configFile = (directory: string): string => join(directory, 'nats-server.conf');
const pidFile = (directory: string): string => join(directory, 'nats-server.pid');

function boundToParent(binary: string, args: readonly string[]): [string, string[]] {
  if (process.platform !== 'linux' || !existsSync(setpriv)) return [binary, [...args]];
  return [setpriv, ['--pdeathsig', 'TERM', '--', binary, ...args]];
}

/** The last lines of what the server said, for the error of a failed start. */
async function tail(directory: string): Promise<string> {
  const texts = await Promise.all(
    ['nats-server.out', 'nats-server.log'].map((name) =>
      readFile(join(directory, name), 'utf8').catch(() => ''),
    ),
  );
  return texts.join('').trimEnd().split('\n').slice(-10).join('\n');
}

/** Ends a server that was started in this directory by a process that has died since. */
async function endLeftOver({ directory, clock, log }: NatsServerOptions): Promise<void> {
  const pid = Number(await readFile(pidFile(directory), 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 1 || !(await isOurs(pid, directory))) return;
  log.warn({ pid }, 'A NATS server was left over in this directory and is stopped.');
  process.kill(pid, 'SIGTERM');
  const endMs = clock.monotonicMs() + stopTimeoutMs;
  while (await isOurs(pid, directory)) {
    if (clock.monotonicMs() >= endMs) {
      throw new Error(`the NATS server with pid ${pid} in ${directory} does not stop`);
    }
    await delay(clock, stopPollMs);
  }
}

/** A pid may mean another process by now, so its command line must name our configuration. */
async function isOurs(pid: number, directory: string): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').includes(configFile(directory));
}
