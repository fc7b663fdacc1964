import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import { ticketStream } from '../../machines/protocol/subjects.ts';
import { presets } from '../../machines/timings/timings.ts';
import { connectNatsBus, type NatsBus } from '../../src/adapters/nats-bus.ts';
import { NatsWorkQueues } from '../../src/adapters/nats-work-queues.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { NatsCluster } from '../adapters/nats-cluster.ts';
import { Hand } from '../adapters/queue-bench.ts';
import { until } from '../adapters/until.ts';

const takenMs = 10_000;
/** JetStream's election takes 4 to 9 s, and that of several groups after each other longer. */
const patienceMs = 90_000;
const queue = { driver: 'memory', device: 'cluster' };

let cluster: NatsCluster;
const buses: NatsBus[] = [];

beforeAll(async () => {
  cluster = await NatsCluster.start(['one', 'two', 'three'], { jetStream: true });
});

afterAll(async () => {
  await Promise.all(buses.map((bus) => bus.close()));
  await cluster.stop();
});

async function connected(name: string): Promise<NatsBus> {
  const bus = await connectNatsBus({
    servers: cluster.urls,
    allowOldCluster: true,
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
