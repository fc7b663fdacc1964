import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import type {
  Applied,
  DeviceNotice,
  Observed,
  ProbeResult,
} from '../../../drivers/contract/driver.ts';
import {
  FencedError,
  type Marker,
  PermanentError,
  RetryableError,
  UnknownOutcomeError,
} from '../../../drivers/contract/errors.ts';
import type { Target } from '../../../drivers/contract/target.ts';
import { processIds, readArguments } from '../../../drivers/haproxy/proc.ts';
import { Site } from '../../../drivers/haproxy/site.ts';
import { Remote, reviveErrors, type ToldError } from '../../../simulator/chaos/remote.ts';
import { HostNetwork, type NetworkHost } from '../../../src/demo/network.ts';
import { haproxyBinary } from '../../drivers/haproxy-binary.ts';
import { listener, loadBalancerDocument, member, pool } from '../../fixtures/documents.ts';
import { Clients, type Load } from './clients.ts';

const execute = promisify(execFile);
export const port = 8080;

reviveErrors((error: ToldError) => {
  const kinds = { RetryableError, PermanentError, UnknownOutcomeError };
  if (error.name === 'FencedError') return new FencedError(error.message, error.marker as Marker);
  const Kind = kinds[error.name as keyof typeof kinds];
  if (Kind !== undefined) return new Kind(error.message);
  return Object.assign(new Error(error.message), { name: error.name });
});

/** The driver of one agent, in a process on one of the network's hosts. */
export class RemoteDriver {
  readonly remote: Remote;
  readonly notices: { id: string; notice: DeviceNotice }[] = [];

  constructor(remote: Remote) {
    this.remote = remote;
    remote.onNotice = (notice) => this.notices.push(notice as RemoteDriver['notices'][number]);
  }

  create(agent: string, options: object, stateDir: string): Promise<unknown> {
    const given = { interface: 'eth0', binary: haproxyBinary(), stopGraceMs: 500, ...options };
    return this.remote.call('create', agent, given, stateDir);
  }

  readonly apply = (target: Target) => this.remote.call('apply', target) as Promise<Applied>;
  readonly remove = (target: { id: string; epoch: number; generation: number }) =>
    this.remote.call('remove', target) as Promise<Marker>;
  readonly observe = (id: string) => this.remote.call('observe', id) as Promise<Observed | null>;
  readonly probe = () => this.remote.call('probe') as Promise<ProbeResult>;
  readonly release = (target: { id: string; epoch: number }) => this.remote.call('release', target);
  readonly recall = (id: string) => this.remote.call('recall', id) as Promise<Target | null>;
  readonly inventory = () => this.remote.call('inventory');
  readonly renew = (leaseMs: number) => this.remote.call('renew', leaseMs);
  readonly keep = (leaseMs: number, everyMs = 500) => this.remote.call('keep', leaseMs, everyMs);
  readonly stopKeeping = () => this.remote.call('stopKeeping');
  readonly drop = () => this.remote.call('drop');
  readonly watch = (id: string) => this.remote.call('watch', id);
}

/** Hosts with agents' drivers, a web server behind them, and clients on a host of their own. */
export class VipWorld {
  readonly network: HostNetwork;
  readonly directory: string;
  readonly backendPort: number;
  readonly #remotes: Remote[] = [];
  #clients: Clients | null = null;

  private constructor(network: HostNetwork, directory: string, backendPort: number) {
    this.network = network;
    this.directory = directory;
    this.backendPort = backendPort;
  }

  /** Ended with the test. */
  static async create(hosts = 2): Promise<VipWorld> {
    const directory = await realpath(await mkdtemp(path.join(tmpdir(), 'holdfast-vip-')));
    const network = await HostNetwork.create(hosts + 1);
    const server = createServer((_, response) => response.end('served'));
    await new Promise<void>((resolve) => server.listen(0, network.gateway, resolve));
    const world = new VipWorld(network, directory, (server.address() as AddressInfo).port);
    onTestFinished(async () => {
      await world.#close();
      server.closeAllConnections();
      server.close();
    });
    return world;
  }

  host(number: number): NetworkHost {
    return this.network.hosts[number - 1]!;
  }

  /** The host of the clients. */
  get clientHost(): NetworkHost {
    return this.network.hosts.at(-1)!;
  }

  stateDir(host: NetworkHost): string {
    return path.join(this.directory, host.namespace);
  }

  site(host: NetworkHost, id: string): Site {
    return new Site(this.stateDir(host), id);
  }

  async driver(
    host: NetworkHost,
    agent = 'agent',
    options: object = {},
    { under = [] }: { under?: readonly string[] } = {},
  ): Promise<RemoteDriver> {
    const main = 'test/support/vip/driver-main.ts';
    const driver = new RemoteDriver(new Remote(this.network, host, main, under));
    this.#remotes.push(driver.remote);
    await mkdir(this.stateDir(host), { recursive: true });
    await driver.create(agent, options, this.stateDir(host));
    return driver;
  }

  /** An address of the network that no host has. */
  vip(last = 100): string {
    return `${this.network.prefix}.${last}`;
  }

  target(given: { vip?: string; epoch?: number; generation?: number; id?: string } = {}): Target {
    const behind = pool({
      members: [member({ address: this.network.gateway, protocol_port: this.backendPort })],
    });
    const front = listener({ protocol_port: port, default_pool_id: behind.id });
    const document = loadBalancerDocument({
      provider: 'haproxy-vip',
      vip_address: given.vip ?? this.vip(),
      listeners: [front],
      pools: [behind],
      ...(given.id === undefined ? {} : { id: given.id }),
    });
    const { epoch = 1, generation = 1 } = given;
    return { id: document.id, epoch, generation, document };
  }

  load(address: string, clients = { keepAlive: 4, fresh: 4 }): Promise<Load> {
    return this.clients.load(address, port, clients);
  }

  /** One request from the clients' host: empty where it was served, else why not. */
  ask(address: string): Promise<string> {
    return this.clients.ask(address, port);
  }

  whoAnswers(address: string): Promise<readonly string[]> {
    return this.clients.whoAnswers(address);
  }

  /** What a program says on that host; fails where it fails. */
  async run(host: NetworkHost, program: string, ...args: readonly string[]): Promise<string> {
    // The set-up may have fetched it.
    const found = process.env[`HOLDFAST_${program.toUpperCase()}`] ?? program;
    const [command, ...rest] = this.network.on(host, found, ...args);
    return (await execute(command, rest)).stdout;
  }

  /** The addresses on the host's interface. */
  async addresses(host: NetworkHost): Promise<string> {
    return this.run(host, 'ip', '-br', 'addr', 'show', 'dev', 'eth0');
  }

  async has(host: NetworkHost, address: string): Promise<boolean> {
    return (await this.addresses(host)).includes(` ${address}/`);
  }

  get clients(): Clients {
    this.#clients ??= new Clients(this.network, this.clientHost);
    return this.#clients;
  }

  async #close(): Promise<void> {
    this.#clients?.remote.signal('SIGKILL');
    for (const { child } of this.#remotes) child.kill('SIGKILL');
    for (const pid of processIds()) {
      const ours = readArguments(pid).some((argument) => argument.startsWith(`${this.directory}/`));
      if (ours) process.kill(pid, 'SIGKILL');
    }
    await this.network.close();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 10 });
  }
}
