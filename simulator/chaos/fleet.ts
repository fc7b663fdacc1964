import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { silentLog } from '../../machines/ports/log.ts';
import type { PresetName } from '../../machines/timings/timings.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { systemRandom } from '../../src/adapters/system-random.ts';
import { onHosts } from '../../src/demo/hosts.ts';
import type { HostNetwork, NetworkHost } from '../../src/demo/network.ts';
import { endProcess, endServingProcesses } from '../../src/demo/serving-processes.ts';
import { freePort } from '../../src/nats-server/free-port.ts';
import { loadOrCreateUserKey } from '../../src/nats-server/keys.ts';
import { natsServerBinary } from '../../src/nats-server/version.ts';
import { Endings } from '../../src/processes/endings.ts';
import { ManagedProcess } from '../../src/up/managed-process.ts';
import { NatsCluster } from './nats-cluster.ts';
import { agentsOf, type ChaosSize, driverOf, hostName } from './size.ts';

export interface FleetOptions {
  readonly network: HostNetwork;
  readonly directory: string;
  readonly preset: PresetName;
  readonly size: ChaosSize;
  /** Breaks off the start. */
  readonly signal: AbortSignal;
}

/** Where agents hear each other as witnesses. */
const witnessPort = 7_946;

/** What all processes of a run log. */
export const logFileIn = (directory: string): string => join(directory, 'log');

/** The controllers, agents and NATS servers of a run: all real processes. Agents are on hosts of their own. */
export class Fleet {
  readonly agents = new Map<string, ManagedProcess>();
  readonly controllers = new Map<string, ManagedProcess>();
  /** Where the API of each controller listens, by its id; the same after each of its starts. */
  readonly apis = new Map<string, string>();
  /** Processes on hosts that are not of the run, and only look on. */
  readonly spared = new Set<number>();
  readonly network: HostNetwork;
  readonly directory: string;
  readonly size: ChaosSize;
  readonly #preset: PresetName;
  readonly #signal: AbortSignal;
  readonly #endings = new Endings();
  #nats: NatsCluster | null = null;
  #output = 0;

  private constructor({ network, directory, size, preset, signal }: FleetOptions) {
    this.#signal = signal;
    this.network = network;
    this.directory = directory;
    this.size = size;
    this.#preset = preset;
  }

  /** Starts everything at once; what was started is ended again if a part fails. */
  static async start(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options);
    try {
      await fleet.#start();
    } catch (error) {
      await fleet.close();
      throw error;
    }
    return fleet;
  }

  get nats(): NatsCluster {
    if (this.#nats === null) throw new Error('the NATS servers do not run yet');
    return this.#nats;
  }

  async #start(): Promise<void> {
    const log = await open(logFileIn(this.directory), 'a', 0o600);
    this.#output = log.fd;
    this.#endings.add(() => log.close());
    const key = async (user: string) => (await loadOrCreateUserKey(this.seedFile(user))).publicKey;
    const agents = [];
    for (const { id } of agentsOf(this.size)) agents.push({ id, key: await key(id) });
    const users = {
      controllerKey: await key('controller'),
      operatorKey: await key('operator'),
      agents,
    };
    await writeFile(this.#witnessKeyFile, `${systemRandom.uuid()}\n`, { mode: 0o600 });
    const nats = await NatsCluster.start({
      binary: natsServerBinary(process.env),
      directory: this.directory,
      host: this.network.gateway,
      users,
      controllerSeedFile: this.seedFile('controller'),
      clock: systemClock,
      signal: this.#signal,
    });
    this.#nats = nats;
    this.#endings.add(() => nats.close());
    this.#endings.add(() => endServingProcesses(this.directory, systemClock));
    this.#endings.add(() => this.#endProcesses());
    await this.#startProcesses();
  }

  async #startProcesses(): Promise<void> {
    const starts = [];
    for (let index = 1; index <= this.size.controllers; index += 1) {
      starts.push(this.#addController(`controller-${index}`));
    }
    for (const { id } of agentsOf(this.size)) starts.push(this.#addAgent(id));
    const failure = (await Promise.allSettled(starts)).find((each) => each.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }

  seedFile(user: string): string {
    return join(this.directory, 'keys', `${user}.seed`);
  }

  /** Where the agents of a host keep their state. */
  stateDir(host: string): string {
    return join(this.directory, host);
  }

  hostOf(agent: string): string {
    const index = this.size.hosts.findIndex((agents) => agents.some(({ id }) => id === agent));
    if (index === -1) throw new Error(`there is no agent ${agent}`);
    return hostName(index);
  }

  agentsOf(host: string): readonly string[] {
    const index = this.size.hosts.findIndex((_, each) => hostName(each) === host);
    return (this.size.hosts[index] ?? []).map(({ id }) => id);
  }

  get hosts(): readonly string[] {
    return this.size.hosts.map((_, index) => hostName(index));
  }

  networkHost(host: string): NetworkHost {
    const found = this.network.hosts[this.hosts.indexOf(host)];
    if (found === undefined) throw new Error(`the network has no ${host}`);
    return found;
  }

  agent(id: string): ManagedProcess {
    const agent = this.agents.get(id);
    if (agent === undefined) throw new Error(`there is no agent ${id}`);
    return agent;
  }

  controller(id: string): ManagedProcess {
    const controller = this.controllers.get(id);
    if (controller === undefined) throw new Error(`there is no controller ${id}`);
    return controller;
  }

  /** Kills all that runs on a host: its agents, and what they run there. */
  async killHost(host: string): Promise<void> {
    for (const pid of await this.network.processes(this.networkHost(host))) {
      if (!this.spared.has(pid)) endProcess(pid);
    }
  }

  async #addController(id: string): Promise<void> {
    const { pool, allow } = onHosts(this.network, this.directory);
    const port = await freePort();
    const config = {
      ...this.#common('controller'),
      controller: { id, api: { port, addressPolicy: { allow } }, vipPools: [pool] },
    };
    this.apis.set(id, `http://127.0.0.1:${port}`);
    await this.#launch(this.controllers, id, 'controller', config);
  }

  async #addAgent(id: string): Promise<void> {
    const host = this.hostOf(id);
    const plan = agentsOf(this.size).find((each) => each.id === id);
    const options = { fixed: {}, moving: { interface: 'eth0' } };
    const drivers = Object.fromEntries(
      (plan?.drives ?? []).map((kind) => [driverOf[kind], options[kind]]),
    );
    const stateDir = this.stateDir(host);
    await mkdir(stateDir, { recursive: true });
    const witnesses = this.size.witnesses === true ? { witnesses: this.#witnessesOf(host) } : {};
    const config = { ...this.#common(id), agent: { id, stateDir, drivers, ...witnesses } };
    const under = this.network.under(this.networkHost(host));
    await this.#launch(this.agents, id, 'agent', config, under);
  }

  get #witnessKeyFile(): string {
    return join(this.directory, 'keys', 'witness.key');
  }

  /** The first agents of all other hosts. */
  #witnessesOf(host: string): object {
    const at = (each: string) => `${this.networkHost(each).address}:${witnessPort}`;
    const others = this.hosts.filter((each) => each !== host);
    const peers = others.map((each) => ({ agent: this.agentsOf(each)[0], address: at(each) }));
    return { keyFile: this.#witnessKeyFile, listen: at(host), peers };
  }

  #common(user: string): object {
    const nats = {
      servers: this.nats.urls,
      seedFile: this.seedFile(user),
      replicas: 3,
      allowOldCluster: true,
    };
    return { preset: this.#preset, log: { level: 'info' }, nats };
  }

  async #launch(
    among: Map<string, ManagedProcess>,
    name: string,
    command: string,
    config: object,
    under: readonly string[] = [],
  ): Promise<void> {
    const file = join(this.directory, `${name}.yaml`);
    await writeFile(file, stringify(config), { mode: 0o600 });
    const child = new ManagedProcess({
      name,
      args: [command, '--config', file],
      under,
      clock: systemClock,
      log: silentLog,
      restart: false,
      output: this.#output,
    });
    this.#signal.throwIfAborted();
    among.set(name, child);
    await child.start();
  }

  async #endProcesses(): Promise<void> {
    const processes = [...this.agents.values(), ...this.controllers.values()];
    // One that stands still could not be asked to end.
    for (const each of processes) each.kill('SIGCONT');
    await Promise.all(processes.map((each) => each.stop({ handOver: false })));
  }

  /** Ends everything, also after a start that broke off. */
  async close(): Promise<void> {
    await this.#endings.end();
  }
}
