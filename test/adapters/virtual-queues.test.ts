import { describe, expect, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import { VirtualProcess } from '../../simulator/world/process.ts';
import { VirtualWorkQueues } from '../../simulator/world/queue/virtual-work-queues.ts';
import { RandomStream } from '../../simulator/world/random-streams.ts';
import { ProcessClock } from '../../simulator/world/virtual-clock.ts';
import { pullSilenceMs, settleTimeoutMs } from '../../src/adapters/ticket-line.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { Ticket, WorkQueues } from '../../src/ports/work-queue.ts';
import { Virtual } from '../host/support/virtual.ts';
import { Hand } from './queue-bench.ts';
import { queueCases } from './queue-conformance.ts';

const takenMs = 30_000;
const hopMs = 5;
const queue = { driver: 'memory', device: 'one' };

/** Queues on virtual time, a controller, and workers that can be paused and killed. */
class Bench {
  readonly virtual = new Virtual();
  readonly server: VirtualWorkQueues;
  readonly controller: WorkQueues;

  constructor(chance: (share: number) => boolean = () => false, delayMs = () => hopMs) {
    this.server = new VirtualWorkQueues(this.virtual.clock, { takenMs, delayMs, chance });
    this.controller = this.server.as('controller', { clock: this.virtual.clock });
  }

  offer(key: string): Promise<string> {
    return this.virtual.settled(this.controller.offer(queue, key));
  }

  /** A process with one worker, which keeps what it takes unless `each` ends it. */
  worker(name: string, each?: (ticket: Ticket) => void) {
    const process = new VirtualProcess(name, (delayMs, run) => {
      this.virtual.time.schedule(delayMs, name, run);
    });
    const deliver = (run: () => void): void => process.deliver(run);
    const clock = new ProcessClock(this.virtual.time, name, deliver);
    const queues = this.server.as(name, { clock, log: silentLog, deliver });
    const hand = new Hand(queues, queue, 1, each);
    return {
      process,
      hand,
      line: this.server.line(name),
      kill: () => {
        process.kill();
        this.server.line(name).disconnect();
      },
      took: async (count: number): Promise<Ticket> => {
        await this.virtual.until(`${name} takes ${count}`, () => hand.taken.length >= count);
        const ticket = hand.taken[count - 1];
        if (ticket === undefined) throw new Error(`expected ${name} to have taken ${count}`);
        return ticket;
      },
    };
  }
}

describe('the virtual work queues', () => {
  for (const { name, takenMs: after, run } of queueCases) {
    test.concurrent(name, async () => {
      const server = new VirtualWorkQueues(systemClock, { takenMs: after });
      let places = 0;
      const workplace = () => {
        places += 1;
        const place = `place-${places}`;
        const queues = server.as(place, { clock: systemClock });
        return Promise.resolve({ queues, kill: () => server.line(place).disconnect() });
      };
      const controller = server.as('controller', { clock: systemClock });
      await run({ controller, workplace }, queue);
    });
  }
});

describe('what goes wrong at virtual work queues', () => {
  test('offers fail as told, and to offer again is harmless', async () => {
    const bench = new Bench();
    const line = bench.server.line('controller');
    for (const failure of ['unavailable', 'unknown-lost', 'unknown-committed'] as const) {
      line.failNext('queue', failure);
    }
    await expect(bench.offer('x')).rejects.toMatchObject({ name: 'StoreUnavailable' });
    await expect(bench.offer('x')).rejects.toMatchObject({ name: 'UnknownOutcome' });
    expect(bench.server.look(queue).waiting).toBe(0);
    await expect(bench.offer('x')).rejects.toMatchObject({ name: 'UnknownOutcome' });
    expect(await bench.offer('x')).toBe('present');
  });

  test('without a leader, offers are refused or unknown, and nothing is handed out', async () => {
    let isRefused = true;
    const bench = new Bench(() => isRefused);
    await bench.offer('x');
    bench.server.loseLeader();
    const worker = bench.worker('a');
    await expect(bench.offer('y')).rejects.toMatchObject({ name: 'StoreUnavailable' });
    isRefused = false;
    await expect(bench.offer('y')).rejects.toMatchObject({ name: 'UnknownOutcome' });
    expect(worker.hand.taken).toEqual([]);
    bench.server.electLeader();
    expect((await worker.took(1)).key).toBe('x');
  });

  test('an offer under way to a leader that is lost comes with the next one, or not', async () => {
    for (const isInherited of [true, false]) {
      const bench = new Bench(() => isInherited);
      const offer = bench.offer('x');
      bench.server.loseLeader();
      await expect(offer).rejects.toMatchObject({ name: 'UnknownOutcome' });
      bench.server.electLeader();
      expect(bench.server.look(queue).waiting).toBe(isInherited ? 1 : 0);
    }
  });

  test('a worker whose question is forgotten asks anew after the silence', async () => {
    const bench = new Bench();
    const worker = bench.worker('a');
    await bench.virtual.run(10_000);
    bench.server.loseLeader();
    bench.server.electLeader();
    await bench.offer('x');
    expect(worker.hand.taken).toEqual([]);
    await bench.virtual.run(pullSilenceMs + 1_000);
    expect(worker.hand.keys).toEqual(['x']);
  });

  test('a ticket that gets lost on its way is delivered again, as that of a dead worker', async () => {
    const bench = new Bench();
    const worker = bench.worker('a');
    await bench.virtual.run(100);
    worker.line.loseNext(1);
    await bench.offer('x');
    await bench.virtual.run(takenMs - 100);
    expect(worker.hand.taken).toEqual([]);
    expect((await worker.took(1)).delivery).toBe(2);
  });

  test('a worker that was killed has its ticket delivered again after the time, to another', async () => {
    const bench = new Bench();
    const killed = bench.worker('a');
    await bench.offer('x');
    await killed.took(1);
    const takenAtMs = bench.virtual.time.nowMs;
    killed.kill();
    const other = bench.worker('b');
    expect((await other.took(1)).delivery).toBe(2);
    const tookMs = bench.virtual.time.nowMs - takenAtMs;
    expect(tookMs).toBeGreaterThanOrEqual(takenMs - hopMs);
    expect(tookMs).toBeLessThanOrEqual(takenMs + hopMs);
  });

  test('a worker that was held up too long knows that its ticket is lost, and ends no other', async () => {
    const bench = new Bench();
    const hung = bench.worker('a');
    await bench.offer('x');
    const ticket = await hung.took(1);
    hung.process.pause();
    const other = bench.worker('b');
    await other.took(1);
    const done = ticket.done();
    const lost = expect(done).rejects.toMatchObject({ name: 'TicketLost' });
    hung.process.resume();
    await bench.virtual.run(takenMs);
    await lost;
    expect(await bench.offer('x')).toBe('present');
    expect(other.hand.taken).toHaveLength(1);
  });

  test('a ticket on its way to a worker that is stopped is given back at once', async () => {
    const bench = new Bench();
    const worker = bench.worker('a');
    await bench.virtual.run(100);
    bench.controller.offer(queue, 'x').catch(() => undefined);
    await bench.virtual.run(hopMs);
    await bench.virtual.settled(worker.hand.stop());
    expect(worker.hand.taken).toEqual([]);
    const other = bench.worker('b');
    await bench.virtual.run(100);
    expect(other.hand.taken).toMatchObject([{ key: 'x', delivery: 2 }]);
  });

  test('a worker that asks anew and is given two tickets gives the second one back', async () => {
    const bench = new Bench();
    const worker = bench.worker('a');
    await bench.virtual.run(100);
    // What is lost says that the first question still stands.
    worker.line.loseNext(3);
    await bench.virtual.run(pullSilenceMs + 100);
    await bench.offer('x');
    await bench.offer('y');
    await worker.took(1);
    const other = bench.worker('b');
    await bench.virtual.run(100);
    expect(worker.hand.keys).toEqual(['x']);
    expect(other.hand.taken).toMatchObject([{ key: 'y', delivery: 2 }]);
  });

  test('a ticket is ended although the queue does not answer at first', async () => {
    for (const failure of ['unavailable', 'unknown-lost', 'unknown-committed'] as const) {
      const bench = new Bench();
      const worker = bench.worker('a');
      await bench.offer('x');
      const ticket = await worker.took(1);
      worker.line.failNext('ticket', failure);
      await bench.virtual.settled(ticket.done());
      expect(await bench.offer('x')).toBe('offered');
    }
  });

  test('a ticket is given up when its end can not be told in time', async () => {
    const bench = new Bench();
    const worker = bench.worker('a');
    await bench.offer('x');
    const ticket = await worker.took(1);
    worker.line.disconnect();
    await expect(bench.virtual.settled(ticket.done())).rejects.toMatchObject({
      name: 'TicketLost',
    });
    worker.line.connect();
    expect((await worker.took(2)).delivery).toBe(2);
  });

  test('what is given back, and the queue does not hear of, comes after the time', async () => {
    const bench = new Bench();
    const worker = bench.worker('a');
    await bench.offer('x');
    const ticket = await worker.took(1);
    worker.line.failNext('ticket', 'unknown-lost');
    await bench.virtual.settled(ticket.later(0));
    await bench.virtual.run(takenMs - settleTimeoutMs - 100);
    expect(worker.hand.taken).toHaveLength(1);
    expect((await worker.took(2)).delivery).toBe(2);
  });

  test('a connection that breaks for a while takes no ticket away', async () => {
    const bench = new Bench();
    const worker = bench.worker('a');
    await bench.offer('x');
    const ticket = await worker.took(1);
    for (let breaks = 0; breaks < 5; breaks += 1) {
      worker.line.disconnect();
      await bench.virtual.run(takenMs / 2);
      worker.line.connect();
      await bench.virtual.run(100);
    }
    const other = bench.worker('b');
    await bench.offer('y');
    expect((await other.took(1)).key).toBe('y');
    await bench.virtual.settled(ticket.done());
    expect(worker.hand.taken).toHaveLength(1);
  });

  test('power loss takes tickets away, brings ended ones back, and forgets who has one', async () => {
    const bench = new Bench();
    const worker = bench.worker('a');
    await bench.offer('taken');
    const ticket = await worker.took(1);
    await bench.virtual.run(1_000);
    await bench.virtual.settled(ticket.done());
    await bench.offer('held');
    await worker.took(2);
    await bench.offer('gone');
    worker.line.disconnect();

    bench.server.losePower(500);
    const left = bench.server.look(queue);
    const other = bench.worker('b', (each) => void each.done());
    await bench.virtual.run(100);

    expect(left).toMatchObject({ waiting: 1, taken: 0 });
    expect(other.hand.taken).toMatchObject([{ key: 'taken', delivery: 1 }]);
    expect(await bench.offer('gone')).toBe('offered');
  });

  test('who has a ticket is forgotten with a power loss since it was taken, and remembered else', async () => {
    for (const lostMs of [900, 1_100]) {
      const bench = new Bench();
      await bench.offer('x');
      await bench.virtual.run(1_000);
      const worker = bench.worker('a');
      await worker.took(1);
      await bench.virtual.run(1_000);
      worker.line.disconnect();

      bench.server.losePower(lostMs);

      const isForgotten = lostMs > 1_000;
      expect(bench.server.look(queue)).toMatchObject({
        waiting: isForgotten ? 1 : 0,
        taken: isForgotten ? 0 : 1,
      });
    }
  });

  test('after a power loss, the word about a lost ticket ends the one that has its number now', async () => {
    const bench = new Bench();
    const worker = bench.worker('a');
    await bench.offer('x');
    const lost = await worker.took(1);
    worker.line.disconnect();
    bench.server.losePower(1_000);
    await bench.offer('y');
    const other = bench.worker('b');
    await other.took(1);

    worker.line.connect();
    await bench.virtual.settled(lost.done());

    expect(other.hand.keys).toEqual(['y']);
    expect(await bench.offer('y')).toBe('offered');
  });

  test('with faults of all kinds, every ticket is ended in the end; the same seed tells the same', async () => {
    const told = [await rough(1), await rough(1), await rough(2)];
    expect(told[0]).toEqual(told[1]);
    expect(told[0]).not.toEqual(told[2]);
  });
});

/** Gives what was taken, when and by whom. */
async function rough(seed: number): Promise<readonly string[]> {
  const random = new RandomStream(seed, 'queues');
  const bench = new Bench(
    (share) => random.chance(share),
    () => random.between(0.2, 20),
  );
  const { time } = bench.virtual;
  const taken: string[] = [];
  const ended = new Set<string>();
  const start = (name: string) =>
    bench.worker(name, (ticket) => {
      taken.push(`${time.nowMs} ${name} ${ticket.key} ${ticket.delivery}`);
      time.schedule(random.between(0, 2_000), name, () => {
        ticket.done().then(
          () => ended.add(ticket.key),
          () => undefined,
        );
      });
    });
  const workers = new Map(['a', 'b', 'c'].map((name) => [name, start(name)]));
  const keys = Array.from({ length: 40 }, (_, index) => `k${index}`);
  for (const key of keys) {
    bench.controller.offer(queue, key).catch(() => undefined);
    await bench.virtual.run(random.between(0, 500));
    const name = random.pick(['a', 'b', 'c']);
    const worker = workers.get(name);
    const fault = random.integer(0, 6);
    if (fault === 0) bench.server.loseLeader();
    else if (fault === 1) worker?.line.disconnect();
    else if (fault === 2) worker?.line.loseNext(2);
    else if (fault === 3) worker?.process.pause();
    else if (fault === 4) worker?.kill();
    else if (fault === 5) worker?.line.failNext('ticket', 'unknown-committed');
    await bench.virtual.run(random.between(0, 3_000));
    bench.server.electLeader();
    worker?.line.connect();
    worker?.process.resume();
    if (fault === 4) workers.set(name, start(name));
  }
  for (const key of keys) if (!ended.has(key)) await bench.offer(key);
  await bench.virtual.until('all are ended', () => ended.size === keys.length);
  return taken;
}
