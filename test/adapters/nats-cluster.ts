import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { natsBinary } from './nats-binary.ts';
import { until } from './until.ts';

/** Real servers that know each other, on this machine. */
export class NatsCluster {
  readonly #names = new Map<string, string>();
  readonly #directory: string;
  readonly #running = new Map<string, ChildProcess>();

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async start(
    names: readonly string[],
    { jetStream }: { readonly jetStream: boolean },
  ): Promise<NatsCluster> {
    const directory = await mkdtemp(join(tmpdir(), 'holdfast-cluster-'));
    const cluster = new NatsCluster(directory);
    // Below those that the kernel gives to outgoing connections, of which the servers have some at once.
    const first = 10_000 + (process.pid % 2_000) * 10;
    const routes = names.map((_, index) => first + index);
    for (const [index, name] of names.entries()) {
      const port = first + names.length + index;
      cluster.#names.set(`nats://127.0.0.1:${port}`, name);
      const others = routes.map((route) => `nats://127.0.0.1:${route}`).join(', ');
      const store = `jetstream { store_dir: ${JSON.stringify(join(directory, name))} }`;
      await writeFile(
        cluster.#config(name),
        `server_name: ${name}
host: 127.0.0.1
port: ${port}
${jetStream ? store : ''}
cluster { name: c, host: 127.0.0.1, port: ${routes[index]}, routes: [${others}] }
`,
      );
      cluster.run(name);
    }
    return cluster;
  }

  get urls(): readonly string[] {
    return [...this.#names.keys()];
  }

  nameOf(url: string): string {
    const name = this.#names.get(url);
    if (name === undefined) throw new Error(`no server listens at ${url}`);
    return name;
  }

  run(name: string): void {
    const child = spawn(natsBinary(), ['-c', this.#config(name)], { stdio: 'ignore' });
    this.#running.set(name, child);
  }

  /** Resolves when it stands still: the kernel stops a process that runs just then a moment later. */
  async hang(name: string): Promise<void> {
    const { pid } = this.#process(name);
    this.#process(name).kill('SIGSTOP');
    await until(`${name} stands still`, async () => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')')).startsWith(') T');
    });
  }

  goOn(name: string): void {
    this.#process(name).kill('SIGCONT');
  }

  async kill(name: string): Promise<void> {
    const child = this.#process(name);
    this.#running.delete(name);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Ends them all, also those that stand still. */
  async stop(): Promise<void> {
    for (const name of [...this.#running.keys()]) await this.kill(name);
    await rm(this.#directory, { recursive: true });
  }

  #process(name: string): ChildProcess {
    const child = this.#running.get(name);
    if (child === undefined) throw new Error(`no server ${name} runs`);
    return child;
  }

  #config(name: string): string {
    return join(this.#directory, `${name}.conf`);
  }
}
