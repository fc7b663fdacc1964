import { mkdir, writeFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { PresetName } from '../../machines/timings/timings.ts';
import { loadOrCreateUserKey } from '../nats-server/keys.ts';
import { type NatsServerProcess, startNatsServer } from '../nats-server/process.ts';
import { holdAlone } from '../processes/single-instance.ts';
import { ManagedProcess, ProcessFailed, type ProcessOutput } from './managed-process.ts';
import { type NatsSupervision, superviseNats } from './nats-supervision.ts';

/** Where the parts of a stack are. */
export interface Surroundings {
  /** The address that NATS listens on. */
  readonly natsHost: string;
  /** Where load balancers get their addresses from. */
  readonly pool: typeof loopbackPool & { readonly ranges?: readonly object[] };
  /** Addresses that may be used although they are refused by default. */
  readonly allow: readonly string[];
  /** The n-th agent's host (from 0): where it keeps its state, and what puts a process on it. */
  agentHost(index: number): { readonly stateDir: string; readonly under: readonly string[] };
  /** `agent.witnesses` of the n-th agent's configuration; none where it is not given. */
  witnesses?(index: number): object | null;
}

/** Everything on this machine's loopback, and all agents on one host. */
function thisMachine(directory: string): Surroundings {
  return {
    natsHost: '127.0.0.1',
    pool: loopbackPool,
    allow: ['127.0.0.0/8', '::1/128'],
    agentHost: () => ({ stateDir: join(directory, 'host'), under: [] }),
  };
}

/** The network that `up` and `demo` take addresses from: loopback, so every one is the host's own. */
export const loopbackPool = {
  networkId: 'a0000000-0000-4000-8000-000000000001',
  subnetId: 'a0000000-0000-4000-8000-000000000002',
  networkName: 'loopback',
  subnetName: 'loopback',
  cidr: '127.100.0.0/24',
};

/** `agent.drivers` of the configuration. */
type DriverOptions = Readonly<Record<string, unknown>>;

export interface StackOptions {
  /** Holds everything: keys, NATS' store, the host's state. */
  readonly directory: string;
  readonly agents: number;
  /** 0 takes a free port. */
  readonly apiPort: number;
  readonly preset: PresetName;
  /** What every agent drives, or what each does, by its id. */
  readonly drivers: DriverOptions | ((agent: string) => DriverOptions);
  /** `controller.dispatch` of the configuration. */
  readonly dispatch?: Readonly<Record<string, 'scheduled' | 'queue'>>;
  readonly logLevel: string;
  readonly natsBinary: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Start processes again that die? */
  readonly restart: boolean;
  readonly output: ProcessOutput;
  /** This machine's loopback where not given. */
  readonly surroundings?: Surroundings;
  /** Breaks off the start; what was started is stopped again. */
  readonly signal?: AbortSignal;
}

/** A whole Holdfast on one machine: NATS, a controller, agents of one host; all child processes. */
export class Stack {
  readonly apiUrl: string;
  readonly nats: NatsServerProcess;
  readonly controller: ManagedProcess;
  readonly agents: ReadonlyMap<string, ManagedProcess>;
  readonly #supervision: NatsSupervision;
  readonly #alone: Server | null;

  private constructor(parts: {
    apiUrl: string;
    nats: NatsServerProcess;
    controller: ManagedProcess;
    agents: ReadonlyMap<string, ManagedProcess>;
    supervision: NatsSupervision;
    alone: Server | null;
  }) {
    this.apiUrl = parts.apiUrl;
    this.nats = parts.nats;
    this.controller = parts.controller;
    this.agents = parts.agents;
    this.#supervision = parts.supervision;
    this.#alone = parts.alone;
  }

  /** Starts everything; what was started is stopped again if a part fails. */
  static async start(options: StackOptions): Promise<Stack> {
    const directory = resolve(options.directory);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const alone = await holdAlone(directory, 'holdfast up');
    try {
      return await Stack.#startAlone({ ...options, directory }, alone);
    } catch (error) {
      alone?.close();
      throw error;
    }
  }

  static async #startAlone(options: StackOptions, alone: Server | null): Promise<Stack> {
    const { directory, clock, log, restart, output } = options;
    const agentIds = Array.from({ length: options.agents }, (_, index) => `agent-${index + 1}`);
    const surroundings = options.surroundings ?? thisMachine(directory);
    const keys = join(directory, 'keys');
    const seedFile = (user: string) => join(keys, `${user}.seed`);
    const key = async (user: string) => (await loadOrCreateUserKey(seedFile(user))).publicKey;
    const agentKeys = [];
    for (const id of agentIds) agentKeys.push({ id, key: await key(id) });
    const nats = await startNatsServer({
      binary: options.natsBinary,
      host: surroundings.natsHost,
      directory: join(directory, 'nats'),
      users: {
        controllerKey: await key('controller'),
        operatorKey: await key('operator'),
        agents: agentKeys,
      },
      clock,
      log,
    }).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new ProcessFailed(why, { cause: error });
    });
    const supervision: NatsSupervision = { stopping: false };
    const started: ManagedProcess[] = [];
    const launch = async (
      name: string,
      command: string,
      config: object,
      under: readonly string[] = [],
    ) => {
      options.signal?.throwIfAborted();
      const file = join(directory, `${name}.yaml`);
      await writeFile(file, stringify(config), { mode: 0o600 });
      const args = [command, '--config', file];
      const child = new ManagedProcess({ name, args, under, clock, log, restart, output });
      started.push(child);
      return { child, ready: await child.start() };
    };
    const common = (user: string) => ({
      preset: options.preset,
      log: { level: options.logLevel },
      nats: { servers: [nats.url], seedFile: seedFile(user) },
    });
    try {
      if (restart) void superviseNats(nats, supervision, { clock, log });
      const { child: controller, ready } = await launch('controller', 'controller', {
        ...common('controller'),
        controller: {
          id: 'controller-1',
          api: {
            port: options.apiPort,
            addressPolicy: { allow: surroundings.allow },
          },
          vipPools: [surroundings.pool],
          dispatch: options.dispatch ?? {},
        },
      });
      const agents = new Map<string, ManagedProcess>();
      for (const [index, id] of agentIds.entries()) {
        const { stateDir, under } = surroundings.agentHost(index);
        const drivers =
          typeof options.drivers === 'function' ? options.drivers(id) : options.drivers;
        const witnesses = surroundings.witnesses?.(index) ?? null;
        const agent = { id, stateDir, drivers, witnesses };
        const { child } = await launch(id, 'agent', { ...common(id), agent }, under);
        agents.set(id, child);
      }
      const apiUrl = ready.url ?? '';
      return new Stack({ apiUrl, nats, controller, agents, supervision, alone });
    } catch (error) {
      supervision.stopping = true;
      for (const child of started) await child.stop({ handOver: false });
      await nats.stop();
      throw error;
    }
  }

  /** Stops agents, controller and NATS, in this order; what runs on devices runs on. */
  async stop(): Promise<void> {
    this.#supervision.stopping = true;
    const agents = [...this.agents.values()];
    // Nobody stays to take over, so waiting for it would only keep whoever pressed Ctrl-C waiting.
    await Promise.all(agents.map((agent) => agent.stop({ handOver: false })));
    await this.controller.stop({ handOver: false });
    await this.nats.stop();
    this.#alone?.close();
  }
}
