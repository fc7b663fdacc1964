import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { silentLog } from '../../../machines/ports/log.ts';
import type { Seat } from '../../../machines/protocol/seat.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import { ApiClient } from '../../../src/client/api-client.ts';
import { type Backend, startBackend } from '../../../src/demo/backends.ts';
import {
  endProcess,
  endServingProcesses,
  servingProcesses,
} from '../../../src/demo/serving-processes.ts';
import { freePort } from '../../../src/nats-server/free-port.ts';
import { natsServerBinary } from '../../../src/nats-server/version.ts';
import type { ManagedProcess } from '../../../src/up/managed-process.ts';
import {
  loopbackPool,
  Stack,
  type StackOptions,
  type Surroundings,
} from '../../../src/up/stack.ts';
import { eventually } from './eventually.ts';
import * as shapes from './shapes.ts';
import { Traffic } from './traffic.ts';

export type { Agent, Whereabouts } from './shapes.ts';

/** A load balancer with one HTTP listener in front of the world's backends. */
export interface Made {
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly listener: string;
  readonly pool: string;
}

type NamedBackend = Backend & { readonly name: string };

export interface WorldOptions {
  readonly agents: number;
  /** Start processes again that die, as `up` does? */
  readonly restart: boolean;
  readonly drivers?: StackOptions['drivers'];
  readonly dispatch?: StackOptions['dispatch'];
  /** Of the load balancers, if not the one that the API takes by itself. */
  readonly provider?: string;
  /** Where all of it is, if not on this machine's loopback. */
  readonly place?: Place;
}

/** Another place than loopback. */
export interface Place {
  readonly surroundings: (directory: string) => Surroundings;
  /** The address of the backends. */
  readonly servers: string;
}

/** A whole Holdfast with real parts, and backends to balance; all of it ends with `close`. */
export class World {
  readonly directory: string;
  readonly stack: Stack;
  readonly api: ApiClient;
  readonly #place: Place | null;
  readonly #provider: string | undefined;
  readonly #backends: readonly NamedBackend[];
  readonly #traffic: Traffic[] = [];
  readonly #expected: string[] = [];
  readonly #logFile: { close(): Promise<void> };

  private constructor(
    directory: string,
    stack: Stack,
    backends: readonly NamedBackend[],
    logFile: { close(): Promise<void> },
    place: Place | null,
    provider: string | undefined,
  ) {
    this.#place = place;
    this.#provider = provider;
    this.directory = directory;
    this.stack = stack;
    this.api = new ApiClient(stack.apiUrl);
    this.#backends = backends;
    this.#logFile = logFile;
  }

  static async start(options: WorldOptions): Promise<World> {
    const { agents, restart, drivers, dispatch, provider, place } = options;
    // Short, because the sockets of HAProxy live below it.
    const directory = await mkdtemp(join(tmpdir(), 'hf-'));
    const logFile = await open(join(directory, 'log'), 'a', 0o600);
    const stack = await Stack.start({
      directory,
      agents,
      // A fixed one, so that a controller that is started again listens where it did.
      apiPort: await freePort(),
      preset: 'local',
      drivers: drivers ?? { haproxy: {} },
      ...(dispatch === undefined ? {} : { dispatch }),
      logLevel: 'debug',
      natsBinary: natsServerBinary(process.env),
      clock: systemClock,
      log: silentLog,
      restart,
      output: logFile.fd,
      ...(place === undefined ? {} : { surroundings: place.surroundings(directory) }),
    });
    const backends = await Promise.all(
      ['backend-1', 'backend-2'].map(async (name) => {
        return { ...(await startBackend(name, place?.servers)), name };
      }),
    );
    const world = new World(directory, stack, backends, logFile, place ?? null, provider);
    try {
      for (const id of stack.agents.keys()) await world.agentIs(id, 'alive');
    } catch (error) {
      await world.close();
      throw error;
    }
    return world;
  }

  agentProcess(id: string): ManagedProcess {
    const agent = this.stack.agents.get(id);
    if (agent === undefined) throw new Error(`there is no agent ${id}`);
    return agent;
  }

  async agent(id: string): Promise<shapes.Agent> {
    const body = await this.api.get('/holdfast/v1/agents');
    const { agents } = z.object({ agents: z.array(shapes.Agent) }).parse(body);
    const found = agents.find((agent) => agent.id === id);
    if (found === undefined) throw new Error(`the API knows no agent ${id}`);
    return found;
  }

  /** Resolves when the API shows the agent in this state, under a newer incarnation if one is given. */
  agentIs(id: string, state: string, newerThan = 0, deadlineMs?: number): Promise<shapes.Agent> {
    return eventually(
      `agent ${id} is ${state}`,
      async () => {
        const agent = await this.agent(id).catch(() => null);
        return agent?.state === state && agent.incarnation > newerThan ? agent : null;
      },
      deadlineMs,
    );
  }

  async create(name: string): Promise<Made> {
    const port = await freePort();
    const { subnetId } = this.#place?.surroundings(this.directory).pool ?? loopbackPool;
    const body = await this.api.post('/v2.0/lbaas/loadbalancers', {
      loadbalancer: {
        name,
        vip_subnet_id: subnetId,
        ...(this.#provider === undefined ? {} : { provider: this.#provider }),
        listeners: [
          {
            name: 'http',
            protocol: 'HTTP',
            protocol_port: port,
            default_pool: {
              name: 'web',
              protocol: 'HTTP',
              lb_algorithm: 'ROUND_ROBIN',
              members: this.#backends.map((backend) => ({
                address: this.#place?.servers ?? '127.0.0.1',
                protocol_port: backend.port,
              })),
            },
          },
        ],
      },
    });
    const { id, vip_address: address, listeners, pools } = shapes.Created.parse(body).loadbalancer;
    const [listener] = listeners;
    const [pool] = pools;
    if (listener === undefined || pool === undefined) throw new Error('it has no children');
    return { id, address, port, listener: listener.id, pool: pool.id };
  }

  /** An edit that clients see: from now on only this backend is to answer. */
  async leaveOnly(made: Made, name: string): Promise<void> {
    const path = `/v2.0/lbaas/pools/${made.pool}/members`;
    const { members } = shapes.Members.parse(await this.api.get(path));
    const { port } = this.#backends.find((backend) => backend.name === name) ?? { port: 0 };
    for (const member of members) {
      if (member.protocol_port !== port) await this.api.delete(`${path}/${member.id}`);
    }
  }

  async explain(id: string): Promise<shapes.Whereabouts> {
    const body = await this.api.get(`/holdfast/v1/loadbalancers/${id}/explain`);
    return z.object({ loadbalancer: shapes.Whereabouts }).parse(body).loadbalancer;
  }

  /** A client of the load balancer, from now until the end; resolves when it has been served. */
  async client({ address, port }: Made): Promise<Traffic> {
    const traffic = new Traffic(address, port);
    this.#traffic.push(traffic);
    await traffic.servedAgain();
    return traffic;
  }

  /** Resolves when the load balancer is where it is wanted. */
  async settles(
    id: string,
    what: string,
    holds: (where: shapes.Whereabouts) => boolean,
    deadlineMs?: number,
  ): Promise<shapes.Whereabouts> {
    let where: shapes.Whereabouts | null = null;
    const look = async () => {
      where = await this.explain(id);
      return holds(where) ? where : null;
    };
    try {
      return await eventually(`load balancer ${id} is ${what}`, look, deadlineMs);
    } catch (error) {
      throw new Error(`${String(error)}; it was ${JSON.stringify(where)}`, { cause: error });
    }
  }

  /** Resolves when it is served as desired, and returns who serves it. */
  async active(id: string, deadlineMs?: number): Promise<Seat> {
    const settled = (where: shapes.Whereabouts) =>
      where.provisioning_status === 'ACTIVE' && where.state === 'bound.settled';
    const { binding } = await this.settles(id, 'ACTIVE and settled', settled, deadlineMs);
    if (binding === null) throw new Error('settled, but bound to nobody');
    return binding;
  }

  /** What the host's marker says of the load balancer. */
  async marker(id: string): Promise<z.infer<typeof shapes.Marker>> {
    const file = join(this.directory, 'host', 'haproxy', id, 'marker.json');
    return shapes.Marker.parse(JSON.parse(await readFile(file, 'utf8')));
  }

  /** What an agent keeps on its host's disk about a load balancer; null where it has let go of it. */
  async journal(agent: string, id: string): Promise<string | null> {
    const path = join(this.directory, 'host', 'agents', agent, 'journal.jsonl');
    // Not by a FileJournal: that one takes the file for its own, and rewrites it.
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    const entries = lines.map((line) => shapes.JournalLine.parse(JSON.parse(line)));
    return entries.findLast(({ key }) => key === id)?.value ?? null;
  }

  /** The HAProxy processes of a load balancer. */
  processes(id: string): Promise<readonly number[]> {
    return servingProcesses(`/${id}/content/`);
  }

  /** Kills the HAProxy processes of a load balancer; resolves when they are gone. */
  async killProcesses(id: string): Promise<void> {
    const killed = await this.processes(id);
    for (const pid of killed) endProcess(pid);
    await eventually(`HAProxy ${killed.join(', ')} is gone`, async () => {
      const left = await this.processes(id);
      return !left.some((pid) => killed.includes(pid));
    });
  }

  /** All that the controller and the agents have logged so far, at the level debug. */
  log(): Promise<string> {
    return readFile(join(this.directory, 'log'), 'utf8');
  }

  /** Resolves when one of the processes has logged a line with all of these words. */
  async logged(...words: readonly string[]): Promise<void> {
    await eventually(`a line with ${words.join(' and ')} is logged`, async () => {
      const lines = (await this.log()).split('\n');
      return lines.some((line) => words.every((word) => line.includes(word)));
    });
  }

  /** Resolves when the agent's journal has nothing of the load balancer any more. */
  async forgets(agent: string, id: string): Promise<void> {
    await eventually(`${agent} has forgotten ${id}`, async () => {
      return (await this.journal(agent, id)) === null;
    });
  }

  /** Through which states the load balancer has gone, as its controllers logged it. */
  async steps(id: string): Promise<readonly string[]> {
    const lines = (await this.log()).split('\n').filter((line) => line.includes(id));
    return lines.flatMap((line) => {
      const step = shapes.Step.safeParse(JSON.parse(line));
      return step.success ? [`${step.data.from} → ${step.data.to}`] : [];
    });
  }

  /** Who has held the load balancer after each of its steps, as its controllers logged it. */
  async holders(id: string): Promise<readonly string[]> {
    const lines = (await this.log()).split('\n').filter((line) => line.includes(id));
    return lines.flatMap((line) => {
      const step = shapes.Step.safeParse(JSON.parse(line));
      return step.success && step.data.binding !== null ? [step.data.binding.agent] : [];
    });
  }

  /** From now on lines of the log with these words are no complaints: the test itself has brought them about. */
  expectComplaints(words: string): void {
    this.#expected.push(words);
  }

  /** Ends everything; rejects if the processes complained about more than was done to them. */
  async close(): Promise<void> {
    for (const traffic of this.#traffic) await traffic.stop();
    // One that is stopped by a signal could not be asked to end.
    for (const agent of this.stack.agents.values()) agent.kill('SIGCONT');
    await this.stack.stop();
    await endServingProcesses(this.directory, systemClock);
    for (const backend of this.#backends) backend.close();
    const complaints = await this.#complaints();
    await this.#logFile.close();
    await rm(this.directory, { recursive: true, force: true });
    if (complaints.length > 0) throw new Error(`it was not well:\n${complaints.join('\n')}`);
  }

  /** Lines of the log that a healthy Holdfast never writes, whatever is done to it from outside. */
  async #complaints(): Promise<readonly string[]> {
    const lines = (await this.log()).split('\n').filter((line) => line !== '');
    return lines.filter((line) => {
      // What is not JSON was not logged: a crash of the process itself.
      if (!line.startsWith('{')) return true;
      // A reply to a request from before a restart of NATS, whose right to it went with the server.
      if (line.includes('Permissions Violation for Publish to \\"_INBOX_')) return false;
      // What the server says to a process that was stopped by a signal, and answered no ping meanwhile.
      if (line.includes('"error":"Stale Connection"')) return false;
      if (this.#expected.some((words) => line.includes(words))) return false;
      const { level, msg } = shapes.LogLine.parse(JSON.parse(line));
      return level >= shapes.errorLevel || msg === 'an unexpected event was left aside';
    });
  }
}
