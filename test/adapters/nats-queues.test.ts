import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import { ticketStream } from '../../machines/protocol/subjects.ts';
import type { NatsBus } from '../../src/adapters/nats-bus.ts';
import { NatsWorkQueues } from '../../src/adapters/nats-work-queues.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { type Ticket, TicketLost } from '../../src/ports/work-queue.ts';
import { NatsWorld } from './nats-world.ts';
import { Hand } from './queue-bench.ts';
import { queueCases } from './queue-conformance.ts';
import { recordingLog } from './recording-log.ts';
import { until } from './until.ts';

let world: NatsWorld;
let controller: NatsBus;

beforeAll(async () => {
  world = await NatsWorld.start();
  controller = await world.controller('c');
});

afterAll(() => world.close());

const over = (bus: NatsBus, takenMs: number, log = silentLog): NatsWorkQueues =>
  new NatsWorkQueues(bus, { takenMs, clock: systemClock, log });

describe('the work queues over JetStream, with the rights of controllers and agents', () => {
  for (const [index, { name, takenMs, run }] of queueCases.entries()) {
    test(name, async () => {
      const workplace = async () => {
        const bus = await world.agent('a');
        return { queues: over(bus, takenMs), kill: () => bus.connection.close() };
      };
      const queue = { driver: 'memory', device: `case-${index}` };
      await run({ controller: over(controller, takenMs), workplace }, queue);
    });
  }
});

describe('what goes wrong with work queues over JetStream', () => {
  let queue = { driver: 'memory', device: '' };
  let queues = 0;

  beforeEach(() => {
    queues += 1;
    queue = { driver: 'memory', device: `wrong-${queues}` };
  });

  test('two controllers make the stream and a queue at once, and anew where it is lost', async () => {
    const controllers = [over(controller, 5_000), over(await world.controller('d'), 5_000)];
    const offers = controllers.map((queues) => queues.offer(queue, 'x'));
    expect((await Promise.all(offers)).toSorted()).toEqual(['offered', 'present']);
    const hand = new Hand(over(await world.agent('a'), 5_000), queue, 1);
    const old = await hand.got('x');

    await controller.request(`$JS.API.STREAM.DELETE.${ticketStream}`, '', 5_000);

    const [first] = controllers;
    await expect(first?.offer(queue, 'y')).rejects.toMatchObject({ name: 'StoreUnavailable' });
    expect(await first?.offer(queue, 'y')).toBe('offered');
    const other = new Hand(over(await world.agent('b'), 5_000), queue, 1);
    const y = await other.got('y');
    await old.done().catch(() => undefined);
    expect(await first?.offer(queue, 'y')).toBe('present');
    await y.done();
    await first?.offer(queue, 'z');
    await until('it is taken', () => hand.taken.length + other.taken.length === 3);
    await Promise.all([hand.stop(), other.stop()]);
  });

  test('a stream with another number of replicas is used as it is, loudly', async () => {
    const log = recordingLog();
    const queues = new NatsWorkQueues(controller, {
      takenMs: 5_000,
      replicas: 3,
      clock: systemClock,
      log,
    });
    await over(controller, 5_000).offer(queue, 'z');
    expect(await queues.offer(queue, 'z')).toBe('present');
    expect(log.lines.map(({ message }) => message).join()).toContain('another number of replicas');
  });

  test('a stream that can not be made is said to be unavailable, in words of the server', async () => {
    await controller.request(`$JS.API.STREAM.DELETE.${ticketStream}`, '', 5_000);
    const options = { takenMs: 5_000, replicas: 3, clock: systemClock, log: silentLog };
    const offer = new NatsWorkQueues(controller, options).offer(queue, 'x');
    await expect(offer).rejects.toThrow('replicas > 1 not supported');
    await expect(offer).rejects.toMatchObject({ name: 'StoreUnavailable' });
  });

  test('a worker can be stopped after its connection was closed', async () => {
    const bus = await world.agent('a');
    const hand = new Hand(over(bus, 5_000), queue, 1);
    await bus.connection.close();
    await hand.stop();
    expect(hand.taken).toEqual([]);
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'after a %s of the server, what is held can be ended, and what waits comes',
    async (signal) => {
      const queues = over(controller, 60_000);
      const agents = [await world.agent('a'), await world.agent('b')];
      // A server that is killed may not have written down yet that it had given the ticket to somebody.
      const again = (ticket: Ticket): void => {
        if (ticket.delivery === 1 && taken() === 1) return;
        ticket.done().catch((error: unknown) => {
          if (!(error instanceof TicketLost)) throw error;
        });
      };
      const [busy, idle] = agents.map((bus) => new Hand(over(bus, 60_000), queue, 1, again));
      if (busy === undefined || idle === undefined) throw new Error('expected two workers');
      const keys = (key: string) => [...busy.keys, ...idle.keys].filter((each) => each === key);
      const taken = (): number => busy.taken.length + idle.taken.length;
      await queues.offer(queue, 'held');
      await until('one is taken', () => taken() === 1);
      const [ticket] = [...busy.taken, ...idle.taken];

      await world.server.stop(signal);
      await until('the controller notices', () => controller.status() === 'disconnected');
      await expect(queues.offer(queue, 'new')).rejects.toMatchObject({ name: 'StoreUnavailable' });
      const done = ticket?.done();
      await world.server.restart();
      await done;

      let offered = '';
      await until('it is offered', async () => {
        offered = await queues.offer(queue, 'new').catch(() => '');
        return offered !== '';
      });
      await until('the new one is taken', () => keys('new').length === 1);
      if (signal === 'SIGTERM') expect(keys('held')).toHaveLength(1);
      const before = keys('held').length;
      await until('the old one is offered anew', async () => {
        return (await queues.offer(queue, 'held')) === 'offered';
      });
      await until('that is taken, too', () => keys('held').length > before);
      expect(keys('new')).toHaveLength(1);
      await Promise.all([busy.stop(), idle.stop()]);
    },
  );

  test('a server that hangs makes an offer one of unknown outcome', async () => {
    const queues = over(controller, 60_000);
    await queues.offer(queue, 'first');
    const pid = world.server.pid();
    process.kill(pid, 'SIGSTOP');
    const stands = () => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') T ');
    await until('the server stands still', stands);
    const offer = queues.offer(queue, 'unknown').catch((error: Error) => error.name);
    expect(await offer).toBe('UnknownOutcome');
    process.kill(world.server.pid(), 'SIGCONT');
    await until('it is offered', async () => {
      const again = await queues.offer(queue, 'unknown').catch(() => '');
      return again !== '';
    });
    expect((await queues.look(queue)).waiting).toBe(2);
  });
});
