import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { NatsCluster, type NatsNode, natsNodes } from '../../../simulator/chaos/nats-cluster.ts';
import { silentLog } from '../../../machines/ports/log.ts';
import { presets } from '../../../machines/timings/timings.ts';
import { connectNatsBus, type NatsBus } from '../../../src/adapters/nats-bus.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import { ApiClient } from '../../../src/client/api-client.ts';
import { type Backend, startBackend } from '../../../src/demo/backends.ts';
import { endServingProcesses } from '../../../src/demo/serving-processes.ts';
import { freePort } from '../../../src/nats-server/free-port.ts';
import { loadOrCreateUserKey } from '../../../src/nats-server/keys.ts';
import { ManagedProcess } from '../../../src/up/managed-process.ts';
import { loopbackPool } from '../../../src/up/stack.ts';
import { natsBinary } from '../../adapters/nats-binary.ts';
import { eventually } from '../../real/support/eventually.ts';
import { Traffic } from '../../real/support/traffic.ts';
import * as shapes from '../../real/support/shapes.ts';

const agentNames = ['agent-1', 'agent-2'] as const;
/** JetStream's elections take up to 9 s, and several groups may have them after each other. */
export const electionsMs = 60_000;

export interface Served {
  readonly id: string;
  readonly traffic: Traffic;
}

export interface ClusterOptions {
  /** `agent.drivers` of the configuration. */
  readonly drivers?: Readonly<Record<string, unknown>>;
  readonly logLevel?: string;
}

/** Three NATS servers that replicate, two controllers, and two agents of one host; all real processes. */
export class ClusterStack {
  readonly directory: string;
  readonly #options: ClusterOptions;
  readonly agents = new Map<string, ManagedProcess>();
  readonly controllers = new Map<string, ManagedProcess>();
  readonly #apis = new Map<string, string>();
  readonly #traffic: Traffic[] = [];
  #backend: Backend | null = null;
  #log: Awaited<ReturnType<typeof open>> | null = null;
  #bus: NatsBus | null = null;
  #nats: NatsCluster | null = null;

  private constructor(directory: string, options: ClusterOptions) {
    this.directory = directory;
    this.#options = options;
  }

  static async start(options: ClusterOptions = {}): Promise<ClusterStack> {
    // Short, because the sockets of HAProxy live below it.
    const stack = new ClusterStack(await mkdtemp(join(tmpdir(), 'hf-')), options);
    try {
      await stack.#start();
    } catch (error) {
      await stack.close();
      throw error;
    }
    return stack;
  }

  get urls(): readonly string[] {
    return this.nats.urls;
  }

  get nats(): NatsCluster {
    if (this.#nats === null) throw new Error('the NATS servers do not run yet');
    return this.#nats;
  }

  /** Of the API of any controller that answers. */
  get api(): ApiClient {
    return new ApiClient([...this.#apis.values()][0] ?? '');
  }

  /** Where a controller's API is. */
  apiOf(controller: string): string {
    return this.#apis.get(controller) ?? '';
  }

  async #start(): Promise<void> {
    const { directory } = this;
    this.#log = await open(join(directory, 'log'), 'a', 0o600);
    this.#backend = await startBackend('backend-1');
    const key = async (user: string) => (await loadOrCreateUserKey(this.#seed(user))).publicKey;
    const agents = [];
    for (const id of agentNames) agents.push({ id, key: await key(id) });
    const users = {
      controllerKey: await key('controller'),
      operatorKey: await key('operator'),
      agents,
    };
    this.#nats = await NatsCluster.start({
      binary: natsBinary(),
      directory,
      host: '127.0.0.1',
      users,
      controllerSeedFile: this.#seed('controller'),
      clock: systemClock,
    });
    const seed = (await readFile(this.#seed('controller'), 'utf8')).trim();
    this.#bus = await connectNatsBus({
      servers: this.urls,
      name: 'observer',
      nkeySeed: seed,
      inboxPrefix: '_INBOX_observer',
      clock: systemClock,
      log: silentLog,
      timings: presets.local,
      allowOldCluster: true,
      connectDeadlineMs: electionsMs,
    });
    for (const id of ['controller-1', 'controller-2']) await this.startController(id);
    for (const id of agentNames) await this.#startAgent(id);
  }

  #seed(user: string): string {
    return join(this.directory, 'keys', `${user}.seed`);
  }

  /** The server that leads a bucket, once there is one, and it is another one than this. */
  leader(bucket: string, former: string | null = null): Promise<NatsNode> {
    return eventually(
      `${bucket} has a leader`,
      async () => {
        const leader = await this.leaderNow(bucket);
        return leader === former ? null : leader;
      },
      electionsMs,
    );
  }

  /** Null while there is none, or nobody can say. */
  async leaderNow(bucket: string): Promise<NatsNode | null> {
    const subject = `$JS.API.STREAM.INFO.KV_holdfast-${bucket}`;
    const answer = await this.#ask(subject).catch(() => '{}');
    const { cluster } = JSON.parse(answer) as { cluster?: { leader?: string } };
    return natsNodes.find((name) => name === cluster?.leader) ?? null;
  }

  /** The epoch by which somebody has taken it over on the host of the agents. */
  async epochOnHost(id: string): Promise<number> {
    const file = join(this.directory, 'host', 'haproxy', id, 'marker.json');
    return shapes.Marker.parse(JSON.parse(await readFile(file, 'utf8'))).epoch;
  }

  async #ask(subject: string): Promise<string> {
    if (this.#bus === null) throw new Error('nobody asks yet');
    return await this.#bus.request(subject, '', 2_000);
  }

  async #launch(name: string, command: string, config: object): Promise<ManagedProcess> {
    const file = join(this.directory, `${name}.yaml`);
    await writeFile(file, stringify(config), { mode: 0o600 });
    const child = new ManagedProcess({
      name,
      args: [command, '--config', file],
      clock: systemClock,
      log: silentLog,
      restart: false,
      output: this.#log?.fd ?? 'ignore',
    });
    const ready = await child.start();
    if (ready.url !== null) this.#apis.set(name, ready.url);
    return child;
  }

  #common(user: string): object {
    const nats = {
      servers: this.urls,
      seedFile: this.#seed(user),
      replicas: 3,
      allowOldCluster: true,
    };
    return { preset: 'local', log: { level: this.#options.logLevel ?? 'debug' }, nats };
  }

  /** Starts it, or starts it again. */
  async startController(id: string): Promise<void> {
    const api = { port: 0, addressPolicy: { allow: ['127.0.0.0/8', '::1/128'] } };
    const controller = { id, api, vipPools: [loopbackPool] };
    const config = { ...this.#common('controller'), controller };
    this.controllers.set(id, await this.#launch(id, 'controller', config));
  }

  async #startAgent(id: string): Promise<void> {
    const drivers = this.#options.drivers ?? { haproxy: {} };
    const agent = { id, stateDir: join(this.directory, 'host'), drivers };
    this.agents.set(id, await this.#launch(id, 'agent', { ...this.#common(id), agent }));
  }

  /** A load balancer that is served, and a client of it. */
  async served(name: string): Promise<Served> {
    const port = await freePort();
    const member = { address: '127.0.0.1', protocol_port: this.#backend?.port };
    const pool = { name: 'web', protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN', members: [member] };
    const listener = { name: 'http', protocol: 'HTTP', protocol_port: port, default_pool: pool };
    const loadbalancer = { name, vip_subnet_id: loopbackPool.subnetId, listeners: [listener] };
    const body = await this.api.post('/v2.0/lbaas/loadbalancers', { loadbalancer });
    const { id, vip_address: address } = shapes.Created.parse(body).loadbalancer;
    await this.settles(id, () => true);
    const traffic = new Traffic(address, port);
    this.#traffic.push(traffic);
    await traffic.servedAgain();
    return { id, traffic };
  }

  /** Where it is, once it is settled and this holds of it. */
  settles(
    id: string,
    holds: (where: shapes.Whereabouts) => boolean,
    deadlineMs = electionsMs,
  ): Promise<shapes.Whereabouts> {
    return eventually(
      `load balancer ${id} is settled`,
      async () => {
        const body = await this.api
          .get(`/holdfast/v1/loadbalancers/${id}/explain`)
          .catch(() => null);
        if (body === null) return null;
        const where = shapes.Whereabouts.parse((body as { loadbalancer: unknown }).loadbalancer);
        return where.state === 'bound.settled' && holds(where) ? where : null;
      },
      deadlineMs,
    );
  }

  async log(): Promise<string> {
    return await readFile(join(this.directory, 'log'), 'utf8');
  }

  async close(): Promise<void> {
    for (const traffic of this.#traffic) await traffic.stop();
    const processes = [...this.agents.values(), ...this.controllers.values()];
    await Promise.all(processes.map((process) => process.stop({ handOver: false })));
    await this.#bus?.close();
    await this.#nats?.close();
    await endServingProcesses(this.directory, systemClock);
    this.#backend?.close();
    await this.#log?.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}
