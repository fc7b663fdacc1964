import { expect } from 'vitest';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { QueueName } from '../../src/ports/work-queue.ts';
import { endAtOnce, Hand, type QueueBench } from './queue-bench.ts';
import { until } from './until.ts';

/** Long enough for a busy machine, where a worker is to be taken for dead … */
export const soonMs = 1_000;
/** … and so long that no test sees it, where something else is to be the reason. */
const neverMs = 600_000;

export interface QueueCase {
  readonly name: string;
  readonly takenMs: number;
  /** `queue` is this case's own. */
  run(bench: QueueBench, queue: QueueName): Promise<void>;
}

/** What all work queues do; the same cases run in memory, in a virtual world and against real JetStream. */
export const queueCases: readonly QueueCase[] = [
  {
    name: 'has one ticket of a key, waiting or taken',
    takenMs: neverMs,
    async run({ controller, workplace }, queue) {
      expect(await controller.offer(queue, 'x')).toBe('offered');
      expect(await controller.offer(queue, 'x')).toBe('present');
      const hand = new Hand((await workplace()).queues, queue, 2);
      expect((await hand.got('x')).delivery).toBe(1);
      expect(await controller.offer(queue, 'x')).toBe('present');
      await controller.offer(queue, 'y');
      await hand.got('y');
      expect(hand.keys).toEqual(['x', 'y']);
      await hand.stop();
    },
  },
  {
    name: 'takes the key of a ticket that was ended anew, at once',
    takenMs: neverMs,
    async run({ controller, workplace }, queue) {
      const hand = new Hand((await workplace()).queues, queue, 1);
      for (let round = 1; round <= 50; round += 1) {
        expect(await controller.offer(queue, 'x')).toBe('offered');
        const ticket = await hand.got('x', round);
        expect(ticket.delivery).toBe(1);
        await ticket.done();
      }
      await hand.stop();
    },
  },
  {
    name: 'serves first who comes first, whatever was there before a worker came',
    takenMs: neverMs,
    async run({ controller, workplace }, queue) {
      const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
      for (const key of keys.slice(0, 10)) await controller.offer(queue, key);
      const hand = new Hand((await workplace()).queues, queue, 1, endAtOnce);
      for (const key of keys.slice(10)) await controller.offer(queue, key);
      await hand.got('k19');
      expect(hand.keys).toEqual(keys);
      await hand.stop();
    },
  },
  {
    name: 'reaches a worker that was there before the queue',
    takenMs: neverMs,
    async run({ controller, workplace }, queue) {
      const hand = new Hand((await workplace()).queues, queue, 1, endAtOnce);
      await controller.offer(queue, 'x');
      await hand.got('x');
      await hand.stop();
    },
  },
  {
    name: 'gives a thousand tickets to four workers, each once, and none to two at the same time',
    takenMs: neverMs,
    async run({ controller, workplace }, queue) {
      const held = new Set<string>();
      const twice: string[] = [];
      const places = await Promise.all([workplace(), workplace(), workplace(), workplace()]);
      const hands = places.map(
        ({ queues }, index) =>
          new Hand(queues, queue, index + 1, (ticket) => {
            if (held.has(ticket.key) || ticket.delivery > 1) twice.push(ticket.key);
            held.add(ticket.key);
            endAtOnce(ticket);
          }),
      );
      // Twenty at a time: a busy machine does not answer a thousand at once before they count as lost.
      const keys = Array.from({ length: 1_000 }, (_, index) => `k${index}`);
      const lanes = Array.from({ length: 20 }, (_, lane) =>
        keys.filter((_key, index) => index % 20 === lane),
      );
      const offerAll = async (lane: string[]) => {
        for (const key of lane) await controller.offer(queue, key);
      };
      await Promise.all(lanes.map(offerAll));
      await until('all are taken', () => held.size === keys.length, 30_000);
      expect(twice).toEqual([]);
      await until('all are ended', async () => (await controller.look(queue)).taken === 0);
      expect(hands.flatMap((hand) => hand.keys)).toHaveLength(keys.length);
      await Promise.all(hands.map((hand) => hand.stop()));
    },
  },
  {
    name: 'gives nothing to a worker that is not free',
    takenMs: neverMs,
    async run({ controller, workplace }, queue) {
      const busy = new Hand((await workplace()).queues, queue, 1);
      await controller.offer(queue, 'x');
      const x = await busy.got('x');
      const free = new Hand((await workplace()).queues, queue, 1, endAtOnce);
      for (const key of ['a', 'b', 'c']) await controller.offer(queue, key);
      await free.got('c');
      expect([busy.keys, free.keys]).toEqual([['x'], ['a', 'b', 'c']]);
      await free.stop();
      await controller.offer(queue, 'd');
      await x.done();
      await busy.got('d');
      await busy.stop();
    },
  },
  {
    name: 'delivers the ticket of a killed worker again, but not before it counts as dead',
    takenMs: soonMs,
    async run({ controller, workplace }, queue) {
      const place = await workplace();
      const killed = new Hand(place.queues, queue, 1);
      const offeredMs = systemClock.monotonicMs();
      await controller.offer(queue, 'x');
      await killed.got('x');
      await place.kill();
      const other = new Hand((await workplace()).queues, queue, 1);
      expect((await other.got('x')).delivery).toBe(2);
      expect(systemClock.monotonicMs() - offeredMs).toBeGreaterThanOrEqual(soonMs);
      await other.stop();
    },
  },
  {
    name: 'leaves a ticket with a worker that lives, however long it takes',
    takenMs: soonMs,
    async run({ controller, workplace }, queue) {
      const slow = new Hand((await workplace()).queues, queue, 1);
      await controller.offer(queue, 'slow');
      const ticket = await slow.got('slow');
      await controller.offer(queue, 'deadly');
      for (const delivery of [1, 2]) {
        const place = await workplace();
        const killed = new Hand(place.queues, queue, 1);
        expect(await killed.got('deadly')).toMatchObject({ delivery });
        await place.kill();
      }
      const last = new Hand((await workplace()).queues, queue, 1);
      expect(await last.got('deadly')).toMatchObject({ delivery: 3 });
      await ticket.done();
      expect([slow.keys, last.keys]).toEqual([['slow'], ['deadly']]);
      expect(await controller.offer(queue, 'slow')).toBe('offered');
      await Promise.all([slow.stop(), last.stop()]);
    },
  },
  {
    name: 'has at once what a worker holds that is stopped, which then has it no more',
    takenMs: neverMs,
    async run({ controller, workplace }, queue) {
      const stopped = new Hand((await workplace()).queues, queue, 2);
      for (const key of ['x', 'y']) await controller.offer(queue, key);
      const x = await stopped.got('x');
      await stopped.got('y');
      await stopped.stop();
      const other = new Hand((await workplace()).queues, queue, 2);
      expect((await other.got('x')).delivery).toBe(2);
      expect((await other.got('y')).delivery).toBe(2);
      await expect(x.done()).rejects.toMatchObject({ name: 'TicketLost' });
      expect(await controller.offer(queue, 'x')).toBe('present');
      await controller.offer(queue, 'z');
      await (await other.got('x')).done();
      await other.got('z');
      expect(stopped.keys).toEqual(['x', 'y']);
      await other.stop();
    },
  },
  {
    name: 'has at once what was on its way to a worker that is stopped',
    takenMs: neverMs,
    async run({ controller, workplace }, queue) {
      const { queues } = await workplace();
      const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
      for (const key of keys) {
        const hand = new Hand(queues, queue, 1);
        await Promise.all([controller.offer(queue, key), hand.stop()]);
      }
      const other = new Hand(queues, queue, keys.length);
      await until('all are taken', () => new Set(other.keys).size === keys.length);
      expect(other.keys).toHaveLength(keys.length);
      await other.stop();
    },
  },
  {
    name: 'delivers what was put off again after that time, and others meanwhile',
    takenMs: neverMs,
    async run({ controller, workplace }, queue) {
      const hand = new Hand((await workplace()).queues, queue, 1);
      await controller.offer(queue, 'x');
      const putOffMs = systemClock.monotonicMs();
      await (await hand.got('x')).later(500);
      await controller.offer(queue, 'y');
      await (await hand.got('y')).later(0);
      expect((await hand.got('y', 2)).delivery).toBe(2);
      await (await hand.got('y', 2)).done();
      expect((await hand.got('x', 2)).delivery).toBe(2);
      expect(systemClock.monotonicMs() - putOffMs).toBeGreaterThanOrEqual(500);
      await hand.stop();
    },
  },
  {
    name: 'delivers nothing again that was withdrawn, waiting or taken',
    takenMs: soonMs,
    async run({ controller, workplace }, queue) {
      const place = await workplace();
      await controller.withdraw(queue, 'never');
      for (const key of ['waiting', 'taken', 'kept', 'after']) await controller.offer(queue, key);
      await controller.withdraw(queue, 'waiting');
      await controller.withdraw(queue, 'waiting');
      const killed = new Hand(place.queues, queue, 2);
      await killed.got('taken');
      await killed.got('kept');
      await controller.withdraw(queue, 'taken');
      await place.kill();
      const other = new Hand((await workplace()).queues, queue, 1, endAtOnce);
      await other.got('after');
      expect((await other.got('kept')).delivery).toBe(2);
      await controller.offer(queue, 'last');
      await other.got('last');
      expect(other.keys).toEqual(['after', 'kept', 'last']);
      await other.stop();
    },
  },
  {
    name: 'leaves a new ticket alone when a withdrawn one of its key is ended',
    takenMs: neverMs,
    async run({ controller, workplace }, queue) {
      const old = new Hand((await workplace()).queues, queue, 1);
      await controller.offer(queue, 'x');
      const withdrawn = await old.got('x');
      await controller.withdraw(queue, 'x');
      expect(await controller.offer(queue, 'x')).toBe('offered');
      const other = new Hand((await workplace()).queues, queue, 1);
      await other.got('x');
      await withdrawn.done();
      expect(await controller.offer(queue, 'x')).toBe('present');
      await (await other.got('x')).done();
      expect(await controller.offer(queue, 'x')).toBe('offered');
      await Promise.all([old.stop(), other.stop()]);
    },
  },
  {
    name: 'counts what waits, what is taken and who is idle',
    takenMs: neverMs,
    async run({ controller, workplace }, queue) {
      // What the queue says of itself is a little out of date.
      const shows = (waiting: number, taken: number, idle: number): Promise<void> =>
        until(`it shows ${JSON.stringify({ waiting, taken, idle })}`, async () => {
          const state = JSON.stringify(await controller.look(queue));
          return state === JSON.stringify({ waiting, taken, idle });
        });
      await shows(0, 0, 0);
      for (const key of ['x', 'y', 'z']) await controller.offer(queue, key);
      await shows(3, 0, 0);
      const place = await workplace();
      const hand = new Hand(place.queues, queue, 2);
      await hand.got('y');
      await shows(1, 2, 0);
      await (await hand.got('x')).done();
      await (await hand.got('y')).later(60_000);
      await (await hand.got('z')).done();
      await shows(0, 1, 1);
      await place.kill();
      await until('nobody is there', async () => (await controller.look(queue)).idle === 0);
    },
  },
  {
    name: 'says which tickets wait, and which somebody has been given and has not ended',
    takenMs: soonMs,
    async run({ controller, workplace }, queue) {
      const taken = async () => {
        const are = [];
        for (const key of ['held', 'off', 'dead', 'ended', 'waiting', 'none']) {
          if ((await controller.whereIs(queue, key)) === 'taken') are.push(key);
        }
        return are;
      };
      expect(await taken()).toEqual([]);
      expect(await controller.whereIs(queue, 'none')).toBe('nowhere');
      const place = await workplace();
      const hand = new Hand((await workplace()).queues, queue, 3);
      for (const key of ['held', 'off', 'ended']) await controller.offer(queue, key);
      await hand.got('held');
      await (await hand.got('ended')).done();
      const putOff = (await hand.got('off')).later(600_000);
      await controller.offer(queue, 'more');
      await controller.offer(queue, 'full');
      await Promise.all([putOff, hand.got('more'), hand.got('full')]);
      const killed = new Hand(place.queues, queue, 1);
      await controller.offer(queue, 'dead');
      await killed.got('dead');
      await place.kill();
      await controller.offer(queue, 'waiting');
      await until('it says so', async () => (await taken()).join() === 'held,off,dead');
      await controller.withdraw(queue, 'held');
      await controller.offer(queue, 'held');
      expect(await taken()).toEqual(['off', 'dead']);
      expect(await controller.whereIs(queue, 'held')).toBe('waiting');
      expect(await controller.whereIs(queue, 'ended')).toBe('nowhere');
      await hand.stop();
    },
  },
  {
    name: 'keeps queues and keys apart, whatever text names them',
    takenMs: neverMs,
    async run({ controller, workplace }, { device }) {
      const names = ['http://[::1]:2019/', 'ü.*', 'ü_2e_2a', 'a b', '>', '_', '__'];
      const queues = names.map((name) => ({ driver: 'text', device: `${device}${name}` }));
      const place = await workplace();
      for (const queue of queues) {
        for (const key of names) expect(await controller.offer(queue, key)).toBe('offered');
      }
      for (const queue of queues) {
        const hand = new Hand(place.queues, queue, 1, endAtOnce);
        await hand.got('__');
        expect(hand.keys).toEqual(names);
        await hand.stop();
      }
    },
  },
  {
    name: 'refuses names that are none, and a worker that takes nothing',
    takenMs: neverMs,
    async run({ controller, workplace }, queue) {
      await expect(controller.offer(queue, '')).rejects.toThrow('must have a name');
      await expect(controller.offer({ driver: 'x', device: '' }, 'x')).rejects.toThrow('a name');
      await expect(controller.offer(queue, 'x'.repeat(120))).resolves.toBe('offered');
      await expect(controller.offer(queue, 'x'.repeat(121))).rejects.toThrow('120 is the limit');
      const { queues } = await workplace();
      expect(() => queues.work(queue, { atOnce: 0 }, endAtOnce)).toThrow('at least one ticket');
    },
  },
];
