import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import { ticketStream } from '../../machines/protocol/subjects.ts';
import { presets } from '../../machines/timings/timings.ts';
import { connectNatsBus, type NatsBus } from '../../src/adapters/nats-bus.ts';
import { NatsWorkQueues } from '../../src/adapters/nats-work-queues.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { natsBinary } from '../adapters/nats-binary.ts';
import { Hand } from '../adapters/queue-bench.ts';
import { until } from '../adapters/until.ts';

const takenMs = 10_000;
/** JetStream's election takes 4 to 9 s, and that of several groups after each other longer. */
const patienceMs = 90_000;
const queue = { driver: 'memory', device: 'cluster' };

/** Three servers that replicate. */
class Cluster {
  readonly urls: string[] = [];
  readonly #directory: string;
  readonly #running = new Map<string, ChildProcess>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  async start(): Promise<void> {
    const names = ['one', 'two', 'three'];
    // Below those that the kernel gives to outgoing connections, of which the servers have some at once.
    const first = 10_000 + (process.pid % 2_000) * 10;
    const routes = names.map((_, index) => first + index);
    for (const [index, name] of names.entries()) {
      const port = first + names.length + index;
      this.urls.push(`nats://127.0.0.1:${port}`);
      const others = routes.map((route) => `nats://127.0.0.1:${route}`).join(', ');
      await writeFile(
        this.#config(name),
        `server_name: ${name}
host: 127.0.0.1
port: ${port}
jetstream { store_dir: ${JSON.stringify(join(this.#directory, name))} }
cluster { name: c, host: 127.0.0.1, port: ${routes[index]}, routes: [${others}] }
`,
      );
      this.run(name);
    }
  }

  run(name: string): void {
    const child = spawn(natsBinary(), ['-c', this.#config(name)], { stdio: 'ignore' });
    this.#running.set(name, child);
  }

  async kill(name: string): Promise<void> {
    const child = this.#running.get(name);
    if (child === undefined) throw new Error(`no server ${name} runs`);
    this.#running.delete(name);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async stop(): Promise<void> {
    for (const name of [...this.#running.keys()]) await this.kill(name);
  }

  #config(name: string): string {
    return join(this.#directory, `${name}.conf`);
  }
}

let directory: string;
let cluster: Cluster;
const buses: NatsBus[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-cluster-'));
  cluster = new Cluster(directory);
  await cluster.start();
});

afterAll(async () => {
  await Promise.all(buses.map((bus) => bus.close()));
  await cluster.stop();
  await rm(directory, { recursive: true });
});

async function connected(name: string): Promise<NatsBus> {
  const bus = await connectNatsBus({
    servers: cluster.urls,
    name,
    inboxPrefix: `_INBOX_${name}`,
    clock: systemClock,
    log: silentLog,
    timings: presets.local,
    connectDeadlineMs: 10_000,
  });
  buses.push(bus);
  return bus;
}

const over = (bus: NatsBus): NatsWorkQueues =>
  new NatsWorkQueues(bus, { takenMs, replicas: 3, clock: systemClock, log: silentLog });

const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );

/** The server that leads the stream, or the queue's consumer. */
async function leader(bus: NatsBus, of: 'STREAM' | 'CONSUMER'): Promise<string> {
  const path = of === 'STREAM' ? ticketStream : `${ticketStream}.memory__cluster`;
  const answer = await bus.request(`$JS.API.${of}.INFO.${path}`, '', 5_000);
  return (JSON.parse(answer) as { cluster: { leader: string } }).cluster.leader;
}

test('every ticket is ended although leaders of the stream and of the queue are killed', async () => {
  const controller = await connected('controller');
  const queues = over(controller);
  await until('the cluster is ready', () => succeeds(queues.look(queue)), patienceMs);
  const ended = new Set<string>();
  const hands = await Promise.all(
    ['a', 'b', 'c', 'd'].map(async (name) => {
      return new Hand(over(await connected(name)), queue, 2, (ticket) => {
        systemClock.setTimer(20, () => {
          ticket.done().then(
            () => ended.add(ticket.key),
            () => undefined, // It is delivered again.
          );
        });
      });
    }),
  );

  const keys: string[] = [];
  for (const [round, of] of (['STREAM', 'CONSUMER'] as const).entries()) {
    const killed = await leader(controller, of);
    for (let index = 0; index < 300; index += 1) {
      const key = `k${round}-${index}`;
      keys.push(key);
      if (index === 100) await cluster.kill(killed);
      await until(`${key} is offered`, () => succeeds(queues.offer(queue, key)), patienceMs);
    }
    cluster.run(killed);
    const missing = () => keys.filter((key) => !ended.has(key));
    await until('all are ended', () => missing().length === 0, patienceMs);
  }

  // A delivery of which no other server had heard when its leader died may come twice; so may an end.
  expect(ended.size).toBe(keys.length);
  await Promise.all(hands.map((hand) => hand.stop()));
});
