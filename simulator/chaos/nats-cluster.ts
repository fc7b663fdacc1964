import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../machines/ports/clock.ts';
import { silentLog } from '../../machines/ports/log.ts';
import { loadUserKey } from '../../src/nats-server/keys.ts';
import {
  type NatsServerOptions,
  type NatsServerProcess,
  startNatsServer,
} from '../../src/nats-server/process.ts';
import { startUntil } from './start-until.ts';
import { takesRecords } from './takes-records.ts';

export const natsNodes = ['nats-1', 'nats-2', 'nats-3'] as const;
export type NatsNode = (typeof natsNodes)[number];

/** Runs of several processes at a time have other ports each, up to 28,000. */
const firstPort = 10_000;
const portSteps = 3_000;
/** So often servers that have not found together are begun anew, without what they stored. */
const startsMax = 4;

export interface NatsClusterOptions {
  readonly binary: string;
  readonly directory: string;
  /** The address that all of them listen on. */
  readonly host: string;
  readonly users: NatsServerOptions['users'];
  /** Where the controllers' seed is: with it the cluster is asked whether it takes their records. */
  readonly controllerSeedFile: string;
  readonly clock: Clock;
  /** Breaks off the start. */
  readonly signal?: AbortSignal;
}

/** Three NATS servers that replicate, each a process of its own. */
export class NatsCluster {
  readonly #servers: ReadonlyMap<NatsNode, NatsServerProcess>;
  readonly #stopped = new Set<NatsNode>();

  private constructor(servers: ReadonlyMap<NatsNode, NatsServerProcess>) {
    this.#servers = servers;
  }

  /**
   * Resolves when the three take records. On a busy machine, about one start in fifty ends with a leader that never
   * learns of the third (seen with 2.10.27): nothing that has three copies can be placed then ("no suitable peers"),
   * and a restart of the leader does not mend it. Such servers are begun anew.
   */
  static async start(options: NatsClusterOptions): Promise<NatsCluster> {
    const { seed } = await loadUserKey(options.controllerSeedFile);
    const probe = { ...options, seed, replicas: natsNodes.length };
    const formed = await startUntil({
      most: startsMax,
      begin: () => NatsCluster.#begin(options),
      works: (cluster) => takesRecords(cluster.urls, probe),
      end: (cluster) => cluster.close(),
      clear: async () => {
        for (const name of natsNodes) await rm(join(options.directory, name), { recursive: true });
      },
    });
    if (formed !== null) return formed;
    throw new Error(`the NATS servers did not find together in ${startsMax} starts`);
  }

  static async #begin({ directory, host, ...options }: NatsClusterOptions): Promise<NatsCluster> {
    // Below those that the kernel gives to outgoing connections, of which the servers have some at once: one that
    // finds its port taken would leave the others without a third.
    const first = firstPort + (process.pid % portSteps) * 2 * natsNodes.length;
    const placed = natsNodes.map((name, index) => {
      return { name, port: first + index, route: first + natsNodes.length + index };
    });
    const routes = placed.map(({ route }) => `nats://${host}:${route}`);
    const servers = new Map<NatsNode, NatsServerProcess>();
    const cluster = new NatsCluster(servers);
    try {
      // One after the other: where all come up at the same moment, it is more often that they don't find together.
      for (const { name, port, route } of placed) {
        const server = await startNatsServer({
          ...options,
          directory: join(directory, name),
          host,
          port,
          serverName: name,
          cluster: { name: 'holdfast', port: route, routes },
          log: silentLog,
        });
        servers.set(name, server);
      }
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  get urls(): readonly string[] {
    return [...this.#servers.values()].map(({ url }) => url);
  }

  async kill(name: NatsNode): Promise<void> {
    this.#stopped.delete(name);
    await this.#server(name).stop('SIGKILL');
  }

  /** As its service manager would. */
  async stop(name: NatsNode): Promise<void> {
    await this.#server(name).stop('SIGTERM');
  }

  /** Starts it again with what it has on its disk. */
  async start(name: NatsNode): Promise<void> {
    await this.#server(name).restart();
  }

  pause(name: NatsNode): void {
    this.#stopped.add(name);
    process.kill(this.#server(name).pid(), 'SIGSTOP');
  }

  resume(name: NatsNode): void {
    if (!this.#stopped.delete(name)) return;
    process.kill(this.#server(name).pid(), 'SIGCONT');
  }

  async close(): Promise<void> {
    for (const name of [...this.#stopped]) this.resume(name);
    await Promise.all([...this.#servers.values()].map((server) => server.stop('SIGKILL')));
  }

  #server(name: NatsNode): NatsServerProcess {
    const server = this.#servers.get(name);
    if (server === undefined) throw new Error(`there is no NATS server ${name}`);
    return server;
  }
}
