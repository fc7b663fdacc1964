import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../machines/ports/log.ts';
import { silentLog } from '../../machines/ports/log.ts';
import {
  agentConnection,
  agentInbox,
  controllerConnection,
  controllerInbox,
  operatorInbox,
} from '../../machines/protocol/subjects.ts';
import { presets } from '../../machines/timings/timings.ts';
import { connectNatsBus, type NatsBus } from '../../src/adapters/nats-bus.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { newUserKey, type UserKey } from '../../src/nats-server/keys.ts';
import { type NatsServerProcess, startNatsServer } from '../../src/nats-server/process.ts';
import { natsBinary } from './nats-binary.ts';

/** A real server with two agents, and whatever connects to it; everything ends with `close`. */
export class NatsWorld {
  readonly server: NatsServerProcess;
  readonly keys: Readonly<Record<'controller' | 'operator' | 'a' | 'b', UserKey>>;
  readonly #directory: string;
  readonly #buses: NatsBus[] = [];

  constructor(server: NatsServerProcess, keys: NatsWorld['keys'], directory: string) {
    this.server = server;
    this.keys = keys;
    this.#directory = directory;
  }

  static async start(): Promise<NatsWorld> {
    const directory = await mkdtemp(join(tmpdir(), 'holdfast-nats-'));
    const keys = {
      controller: newUserKey(),
      operator: newUserKey(),
      a: newUserKey(),
      b: newUserKey(),
    };
    const server = await startNatsServer({
      binary: natsBinary(),
      directory,
      users: {
        controllerKey: keys.controller.publicKey,
        operatorKey: keys.operator.publicKey,
        agents: [
          { id: 'a', key: keys.a.publicKey },
          { id: 'b', key: keys.b.publicKey },
        ],
      },
      clock: systemClock,
      log: silentLog,
    });
    return new NatsWorld(server, keys, directory);
  }

  controller(id: string, log?: Log): Promise<NatsBus> {
    const names = { name: controllerConnection(id), inboxPrefix: controllerInbox(id) };
    return this.#connect(names, this.keys.controller, log);
  }

  agent(id: 'a' | 'b', log?: Log): Promise<NatsBus> {
    const names = { name: agentConnection(id, 1), inboxPrefix: agentInbox(id) };
    return this.#connect(names, this.keys[id], log);
  }

  operator(log?: Log): Promise<NatsBus> {
    return this.#connect({ name: 'operator', inboxPrefix: operatorInbox }, this.keys.operator, log);
  }

  /** What the server has written to its log. */
  serverLog(): Promise<string> {
    return readFile(join(this.#directory, 'nats-server.log'), 'utf8');
  }

  /** Ends what a test has connected: many that are cut off together would keep each other from coming back. */
  async disconnectAll(): Promise<void> {
    await Promise.all(this.#buses.splice(0).map((bus) => bus.close()));
  }

  async close(): Promise<void> {
    await this.disconnectAll();
    await this.server.stop();
    await rm(this.#directory, { recursive: true });
  }

  async #connect(
    names: { name: string; inboxPrefix: string },
    key: UserKey,
    log: Log = silentLog,
  ): Promise<NatsBus> {
    const bus = await connectNatsBus({
      ...names,
      servers: [this.server.url],
      nkeySeed: key.seed,
      clock: systemClock,
      log,
      timings: presets.local,
      connectDeadlineMs: 30_000,
    });
    this.#buses.push(bus);
    return bus;
  }
}
