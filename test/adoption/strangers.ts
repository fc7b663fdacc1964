import { spawn } from 'node:child_process';
import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isStopped, type ProcessStat, readProcess } from '../../drivers/haproxy/proc.ts';
import { vip } from '../drivers/support/haproxy-host.ts';
import { freePort, get } from '../drivers/support/traffic.ts';
import { haproxyBinary } from '../drivers/haproxy-binary.ts';

/** Processes that live on the host and are nobody's load balancer. */
export class Strangers {
  readonly #spawned: { readonly what: string; readonly process: ProcessStat }[] = [];
  readonly #listening: { readonly path: string; readonly server: Server }[] = [];
  #directory: string | null = null;
  #port = 0;

  /** A process of its own; `args` are what its command line shows. */
  spawn(program: string, args: readonly string[], cwd?: string): number {
    const child = spawn(program, args, { stdio: 'ignore', ...(cwd === undefined ? {} : { cwd }) });
    child.unref();
    const { pid } = child;
    const process = pid === undefined ? null : readProcess(pid);
    if (process === null) throw new Error(`${program} did not start`);
    this.#spawned.push({ what: `${program} ${args.join(' ')}`, process });
    return process.pid;
  }

  /** An HAProxy that somebody else has started, and that answers 503 to everybody. */
  async haproxy(): Promise<void> {
    this.#directory = await mkdtemp(path.join(tmpdir(), 'somebodys-'));
    this.#port = await freePort(vip);
    const file = path.join(this.#directory, 'haproxy.cfg');
    const lines = [
      'defaults',
      '  mode http',
      '  timeout client 5s',
      '  timeout server 5s',
      '  timeout connect 5s',
      'frontend somebodys',
      `  bind ${vip}:${this.#port}`,
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    this.spawn(haproxyBinary(), ['-db', '-f', file]);
  }

  /** A server of somebody's where the load balancer's own socket should be. */
  async listen(at: string): Promise<void> {
    await unlink(at).catch(() => undefined);
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('who are you?\n');
    });
    await new Promise<void>((resolve) => server.listen(at, resolve));
    this.#listening.push({ path: at, server });
  }

  /** Who of them was harmed. */
  async harmed(): Promise<readonly string[]> {
    const harmed = this.#spawned
      .filter(({ process }) => {
        const now = readProcess(process.pid);
        return now?.startTime !== process.startTime || isStopped(now);
      })
      .map(({ what }) => what);
    const gone = this.#listening.filter(({ server }) => !server.listening);
    const answer = this.#directory === null ? 503 : await this.#answer();
    const serves = answer === 503 ? [] : [`somebody's HAProxy answers ${answer}`];
    return [...harmed, ...gone.map((each) => each.path), ...serves];
  }

  async close(): Promise<void> {
    for (const { process: known } of this.#spawned) {
      if (readProcess(known.pid)?.startTime === known.startTime) process.kill(known.pid, 'SIGKILL');
    }
    for (const { server } of this.#listening) server.close();
    if (this.#directory !== null) await rm(this.#directory, { recursive: true });
  }

  async #answer(): Promise<number | string> {
    return get(vip, this.#port).then(
      ({ status }) => status,
      (error: Error) => error.message,
    );
  }
}
