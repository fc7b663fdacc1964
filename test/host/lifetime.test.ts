import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { mailboxMax } from '../../src/host/actor-kind.ts';
import { Bench, hopMs } from './support/bench.ts';

/** The same store and time under a new host, as after a restart of the process. */
function restarted(bench: Bench): Bench {
  bench.host.stop();
  const next = new Bench({ virtual: bench.virtual, store: bench.store });
  for (const { key, value, revision } of bench.store.snapshot()) {
    next.host.restore(key, value, revision);
  }
  return next;
}

describe('a restored actor', () => {
  test('has its children again, at once and without a commit', async () => {
    const first = new Bench();
    await first.born();
    first.host.tell('a', { type: 'ring' });
    // Committed, and the process ends in the same moment.
    await first.virtual.until('it is committed', () => first.committedCount() === 1);
    const second = restarted(first);

    const effects = second.said();

    expect(effects).toEqual(['bell']);
    await second.virtual.until('it is idle', () => second.record()?.value === 'idle');
  });

  test('meets its deadline when it was due, not a whole wait later', async () => {
    const first = new Bench();
    await first.born();
    const dueAt = first.virtual.clock.wallMs() + 10_000;
    await first.ask({ type: 'arm', dueAt });
    await first.virtual.run(4_000);
    const second = restarted(first);

    await second.virtual.until('the deadline fired', () => second.host.context('a')?.fired === 1);

    expect(second.virtual.clock.wallMs()).toBe(dueAt);
  });

  test('meets a deadline that passed while nobody ran at once', async () => {
    const first = new Bench();
    await first.born();
    await first.ask({ type: 'arm', dueAt: first.virtual.clock.wallMs() + 10_000 });
    first.host.stop();
    await first.virtual.run(60_000);
    const second = restarted(first);
    const restoredAt = second.virtual.time.nowMs;

    await second.virtual.until('the deadline fired', () => second.host.context('a')?.fired === 1);

    expect(second.virtual.time.nowMs).toBe(restoredAt);
  });
});

describe('a deadline', () => {
  test('fires at its time', async () => {
    const bench = new Bench();
    await bench.born();
    const dueAt = bench.virtual.clock.wallMs() + 10_000;
    bench.host.tell('a', { type: 'arm', dueAt });

    await bench.virtual.until('the deadline fired', () => bench.host.context('a')?.fired === 1);

    expect(bench.virtual.clock.wallMs()).toBe(dueAt);
  });

  test('that is past already fires at once', async () => {
    const bench = new Bench();
    await bench.born();
    const now = bench.virtual.clock.wallMs();
    bench.host.tell('a', { type: 'arm', dueAt: now - 1 });

    await bench.virtual.until('the deadline fired', () => bench.host.context('a')?.fired === 1);

    expect(bench.virtual.clock.wallMs()).toBe(now);
  });
});

describe('an actor that is done', () => {
  test('is handed nothing more while its record is removed, and nobody hears a complaint', async () => {
    const complaints = vi.spyOn(console, 'warn').mockReturnValue(undefined);
    onTestFinished(() => complaints.mockRestore());
    const bench = new Bench();
    await bench.born();
    bench.host.tell('a', { type: 'end' });

    const answer = await bench.ask({ type: 'add' });

    expect(answer).toBeNull();
    expect(bench.host.actor('a')).toBeNull();
    expect(complaints).not.toHaveBeenCalled();
  });
});

describe('a mailbox', () => {
  test('of an actor that restarts is bounded; whoever comes too late is told', async () => {
    const bench = new Bench();
    await bench.born();
    await bench.ask({ type: 'explode.action' });

    const waiting = Array.from({ length: mailboxMax }, () => bench.asking({ type: 'add' }));
    const tooLate = await bench.asking({ type: 'add' });
    const answers = new Set(await bench.virtual.settled(Promise.all(waiting)));

    expect(tooLate).toBe('overloaded');
    expect(answers).toEqual(new Set([null]));
    expect(bench.committedCount()).toBe(mailboxMax);
  });

  test('of an actor that waits for its store is bounded too', async () => {
    const bench = new Bench();
    await bench.born();
    for (let refusal = 0; refusal < 10; refusal += 1) bench.store.failNext('unavailable');

    const waiting = Array.from({ length: mailboxMax }, () => bench.asking({ type: 'add' }));
    const tooLate = await bench.asking({ type: 'add' });
    const answers = new Set(await bench.virtual.settled(Promise.all(waiting)));

    expect(tooLate).toBe('overloaded');
    expect(answers).toEqual(new Set([null]));
    expect(bench.committedCount()).toBe(mailboxMax);
  });
});

describe('stopping a host', () => {
  test('answers everybody, and leaves nothing running', async () => {
    const bench = new Bench();
    for (const id of ['a', 'b', 'c']) await bench.born(id);
    await bench.ask({ type: 'arm', dueAt: bench.virtual.clock.wallMs() + 1_000 }, 'a');
    await bench.ask({ type: 'explode.action' }, 'b');
    for (let refusal = 0; refusal < 50; refusal += 1) bench.store.failNext('unavailable');
    const asked = [
      bench.asking({ type: 'say', word: 'never' }, 'a'),
      bench.asking({ type: 'add' }, 'b'),
      bench.asking({ type: 'say', word: 'never' }, 'c'),
    ];
    await bench.virtual.run(20);

    bench.host.stop();
    const answers = await bench.virtual.settled(Promise.all(asked));
    await bench.virtual.run(2 * hopMs);

    expect(answers).toEqual(['ended', 'ended', 'ended']);
    expect(bench.said()).toEqual([]);
    expect(bench.virtual.pending()).toBe(0);
    expect([...bench.host.ids()]).toEqual([]);
  });

  test('in the middle of a crash, a reload and an end: still nothing', async () => {
    const bench = new Bench();
    for (const id of ['a', 'b', 'c']) await bench.born(id);
    await bench.foreignWrite({ count: 3 }, 'b');
    const asked = [
      bench.asking({ type: 'explode.child' }, 'a'),
      bench.asking({ type: 'add' }, 'b'),
      bench.asking({ type: 'end' }, 'c'),
    ];
    await bench.virtual.run(2 * hopMs + 1);

    bench.host.stop();
    await bench.virtual.settled(Promise.all(asked));
    await bench.virtual.run(10 * hopMs);

    expect(bench.virtual.pending()).toBe(0);
    expect(bench.host.crashes).toBe(1);
  });

  test('keeps records: nothing is written any more', async () => {
    const bench = new Bench();
    await bench.born();
    await bench.ask({ type: 'add' });
    const text = bench.text();

    bench.host.stop();
    bench.host.tell('a', { type: 'add' });
    await bench.virtual.run(60_000);

    expect(bench.text()).toBe(text);
  });
});
