import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The address is the run's own, so nobody else is there. */
const port = 8000;

/**
 * The server behind all load balancers, which says from which host each request has come to it. It is an HAProxy,
 * because this process has other work, and nobody shall wait for that.
 */
export class BehindAll {
  readonly address: string;
  readonly port = port;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, address: string) {
    this.#process = process;
    this.address = address;
  }

  static async start(address: string, directory: string): Promise<BehindAll> {
    const file = join(directory, 'behind.cfg');
    await writeFile(
      file,
      `global
  maxconn 4096
defaults
  mode http
  timeout client 60s
frontend behind
  bind ${address}:${port}
  http-request return status 200 content-type text/plain lf-string "%[src]"
`,
    );
    const child = spawn(process.env['HOLDFAST_HAPROXY'] ?? 'haproxy', ['-db', '-f', file], {
      stdio: 'ignore',
    });
    await once(child, 'spawn');
    return new BehindAll(child, address);
  }

  close(): void {
    this.#process.kill('SIGKILL');
  }
}
