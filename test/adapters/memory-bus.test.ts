import { describe, expect, test } from 'vitest';
import type { Clock, MonotonicMs, Timer, WallMs } from '../../machines/ports/clock.ts';
import { connDisconnect, parseDisconnect } from '../../machines/protocol/subjects.ts';
import { MemoryBroker } from '../../src/adapters/memory-bus.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { busCases } from './bus-conformance.ts';

describe('the bus in memory', () => {
  for (const { name, run } of busCases) {
    test(name, async () => {
      const broker = new MemoryBroker(systemClock, { onHandlerError: () => undefined });
      await run({ one: broker.connect('one'), two: broker.connect('two') });
    });
  }
});

/** A clock whose time moves only by `run`; timers of the same time fire in reverse, to be nasty. */
function handClock(): Clock & { run(untilMs: number): void } {
  let nowMs = 0;
  let timers: { atMs: number; run: () => void }[] = [];
  return {
    wallMs: () => nowMs as WallMs,
    monotonicMs: () => nowMs as MonotonicMs,
    setTimer(delayMs, run) {
      const timer = { atMs: nowMs + delayMs, run };
      timers.unshift(timer);
      return timer as unknown as Timer;
    },
    clearTimer(timer) {
      timers = timers.filter((other) => other !== (timer as unknown));
    },
    run(untilMs) {
      for (;;) {
        const [next] = timers.toSorted((a, b) => a.atMs - b.atMs);
        if (next === undefined || next.atMs > untilMs) break;
        timers.splice(timers.indexOf(next), 1);
        nowMs = next.atMs;
        next.run();
      }
      nowMs = untilMs;
    },
  };
}

/** How a promise has ended so far. */
function outcome(promise: Promise<unknown>): { is: string } {
  const seen = { is: 'pending' };
  promise.then(
    () => (seen.is = 'resolved'),
    (error: Error) => (seen.is = error.name),
  );
  return seen;
}

const settled = () => new Promise((resolve) => process.nextTick(resolve));

describe('a memory connection', () => {
  test('keeps the order on a link whose delay shrinks', () => {
    const clock = handClock();
    const delays = [50, 10, 0];
    const broker = new MemoryBroker(clock, { delayMs: () => delays.shift() ?? 0 });
    const one = broker.connect('one');
    const heard: string[] = [];
    broker.connect('two').subscribe('x', ({ data }) => heard.push(data));
    for (const data of ['first', 'second', 'third']) one.publish('x', data);
    clock.run(49);
    expect(heard).toEqual([]);
    clock.run(50);
    expect(heard).toEqual(['first', 'second', 'third']);
  });

  test('killed, is silent: nothing settles, nothing is heard, nothing is sent', async () => {
    const clock = handClock();
    const broker = new MemoryBroker(clock, { delayMs: () => 5 });
    const dying = broker.connect('dying');
    const other = broker.connect('other');
    const heard: string[] = [];
    other.subscribe('to.other', ({ data }) => heard.push(data));
    dying.subscribe('to.dying', ({ data }) => heard.push(data));
    const asked = outcome(dying.request('to.other', 'before', 100));
    other.publish('to.dying', 'on its way');
    dying.kill();
    dying.publish('to.other', 'after');
    const askedDead = outcome(dying.request('to.other', 'after', 100));
    clock.run(1_000);
    await settled();
    expect(heard).toEqual(['before']);
    expect([asked.is, askedDead.is]).toEqual(['pending', 'pending']);
    const asker = outcome(other.request('to.dying', '', 100));
    clock.run(2_000);
    await settled();
    expect(asker.is).toBe('NoResponders');
  });

  test('killed, is announced as the server announces it', () => {
    const clock = handClock();
    const broker = new MemoryBroker(clock);
    const heard: unknown[] = [];
    broker
      .connect('controller/c1')
      .subscribe(connDisconnect, ({ data }) => heard.push(parseDisconnect(data)));
    const agent = broker.connect('agent/a1/7', 'Ukey');
    const { cid } = agent;
    agent.kill();
    clock.run(0);
    expect(heard).toEqual([
      { clientName: 'agent/a1/7', user: 'Ukey', serverId: 'memory', cid, reason: 'Client Closed' },
    ]);
  });

  test('cut off, fails what is pending, refuses the rest, and comes back', async () => {
    const clock = handClock();
    const broker = new MemoryBroker(clock, { delayMs: () => 5 });
    const cut = broker.connect('cut');
    const other = broker.connect('other');
    const heard: string[] = [];
    const seen: string[] = [];
    other.subscribe('to.other', () => undefined);
    cut.subscribe('to.cut', ({ data }) => heard.push(data));
    cut.onStatus((status) => seen.push(status));
    const pending = outcome(cut.request('to.other', '', 10_000));
    other.publish('to.cut', 'lost on the way');
    cut.disconnect();
    const refused = outcome(cut.request('to.other', '', 10_000));
    await settled();
    expect([pending.is, refused.is]).toEqual(['RequestTimeout', 'BusUnavailable']);
    expect(() => cut.publish('to.other', '')).toThrow('disconnected');
    other.publish('to.cut', 'lost while away');
    clock.run(1_000);
    const before = cut.cid;
    cut.reconnect();
    other.publish('to.cut', 'heard');
    clock.run(2_000);
    expect(heard).toEqual(['heard']);
    expect(seen).toEqual(['disconnected', 'connected']);
    expect(cut.cid).toBeGreaterThan(before);
  });

  test('loses a message whose delay is infinite', async () => {
    const clock = handClock();
    const broker = new MemoryBroker(clock, {
      delayMs: (from) => (from === 'two' ? Number.POSITIVE_INFINITY : 1),
    });
    const one = broker.connect('one');
    let asked = 0;
    broker.connect('two').subscribe('x', (message) => {
      asked += 1;
      message.reply('never arrives');
    });
    const answer = outcome(one.request('x', '', 100));
    clock.run(99);
    await settled();
    expect([asked, answer.is]).toEqual([1, 'pending']);
    clock.run(100);
    await settled();
    expect(answer.is).toBe('RequestTimeout');
  });

  test('throws a handler error out of the clock where nobody else wants it', () => {
    const clock = handClock();
    const broker = new MemoryBroker(clock);
    const bus = broker.connect('one');
    bus.subscribe('x', () => {
      throw new Error('a bug');
    });
    bus.publish('x', '');
    expect(() => clock.run(0)).toThrow('a bug');
  });
});
