import { describe, expect, test } from 'vitest';
import { Bench, hopMs } from './support/bench.ts';

const explosions = ['explode.guard', 'explode.action', 'explode.child'] as const;

describe('an actor that throws', () => {
  test.each(explosions)(
    '%s: the caller is told, and the actor restarts from its record',
    async (type) => {
      const bench = new Bench();
      await bench.born();
      await bench.ask({ type: 'add' });

      const answer = await bench.ask({ type });
      const condition = bench.host.conditions().get('a');
      await bench.virtual.until(
        'it runs again',
        () => bench.host.conditions().get('a')?.type === 'running',
      );

      expect(answer).toBe('crashed');
      expect(condition).toMatchObject({ type: 'restarting', crashes: 1 });
      expect(JSON.stringify(condition)).toContain('exploded in');
      expect(bench.host.context('a')).toMatchObject({ count: 1 });
      expect(bench.host.crashes).toBe(1);
      expect(await bench.ask({ type: 'add' })).toBeNull();
      expect(bench.committedCount()).toBe(2);
    },
  );

  test('what was not committed is discarded: no effect of it leaves, and its caller is told', async () => {
    const bench = new Bench();
    await bench.born();

    const uncommitted = bench.asking({ type: 'say', word: 'never' });
    const poison = bench.asking({ type: 'explode.action' });
    const answers = await bench.virtual.settled(Promise.all([uncommitted, poison]));
    await bench.virtual.run(10_000);

    expect(answers).toEqual(['crashed', 'crashed']);
    expect(bench.said()).toEqual([]);
    expect(bench.committedCount()).toBe(0);
  });

  test('the event that crashed it is not taken again', async () => {
    const bench = new Bench();
    await bench.born();

    bench.host.tell('a', { type: 'explode.action' });
    await bench.virtual.run(60_000);

    expect(bench.host.crashes).toBe(1);
    expect(bench.host.conditions().get('a')).toEqual({ type: 'running' });
  });

  test('events that come while it restarts wait, in order', async () => {
    const bench = new Bench();
    await bench.born();
    await bench.ask({ type: 'explode.action' });

    const answers = await bench.virtual.settled(
      Promise.all(['one', 'two'].map((word) => bench.asking({ type: 'say', word }))),
    );

    expect(answers).toEqual([null, null]);
    expect(bench.said()).toEqual(['one', 'two']);
  });

  test('a poison among them crashes it again, and those behind it still get their turn', async () => {
    const bench = new Bench();
    await bench.born();
    await bench.ask({ type: 'explode.action' });

    const poison = bench.asking({ type: 'explode.guard' });
    const behind = bench.asking({ type: 'say', word: 'behind' });
    const answers = await bench.virtual.settled(Promise.all([poison, behind]));

    expect(answers).toEqual(['crashed', null]);
    expect(bench.said()).toEqual(['behind']);
    expect(bench.host.crashes).toBe(2);
  });

  test('it restarts with a backoff that grows until it commits something', async () => {
    const bench = new Bench({ timings: { restartMs: 100, restartMaxMs: 300 } });
    await bench.born();

    const pauses: number[] = [];
    for (let crash = 0; crash < 4; crash += 1) {
      const crashedAt = bench.virtual.time.nowMs;
      bench.host.tell('a', { type: 'explode.action' });
      await bench.virtual.until(
        'it runs again',
        () => bench.host.conditions().get('a')?.type === 'running',
      );
      pauses.push(bench.virtual.time.nowMs - crashedAt - 2 * hopMs);
    }
    await bench.ask({ type: 'add' });
    const condition = await bench.ask({ type: 'explode.action' });

    expect(pauses).toEqual([100, 200, 300, 300]);
    expect(condition).toBe('crashed');
    expect(bench.host.conditions().get('a')).toMatchObject({ crashes: 1 });
  });

  test('its children end with it, and begin anew with it', async () => {
    const bench = new Bench();
    await bench.born();
    const dueAt = bench.virtual.clock.wallMs() + 10_000;
    await bench.ask({ type: 'arm', dueAt });
    await bench.ask({ type: 'explode.action' });

    await bench.virtual.run(20_000);

    // Armed once by the first life, and once by the second: only one of the two may fire.
    expect(bench.host.context('a')?.fired).toBe(1);
    await bench.ask({ type: 'arm', dueAt: dueAt + 60_000 });
    await bench.ask({ type: 'explode.guard' });
    bench.host.stop();
    await bench.virtual.run(10 * hopMs);
    expect(bench.virtual.pending()).toBe(0);
  });

  test('one that has no record yet is born again', async () => {
    const bench = new Bench();
    bench.host.birth('a');

    const crashed = await bench.asking({ type: 'explode.action' });
    const answer = await bench.ask({ type: 'add' });

    expect(crashed).toBe('crashed');
    expect(answer).toBeNull();
    expect(bench.committedCount()).toBe(1);
  });

  test('a write that was under way may still land: the actor then goes on from there', async () => {
    const bench = new Bench();
    await bench.born();

    const landing = bench.asking({ type: 'say', word: 'landing' });
    await bench.virtual.run(1);
    const poison = bench.asking({ type: 'explode.action' });
    const answers = await bench.virtual.settled(Promise.all([landing, poison]));
    const next = await bench.ask({ type: 'add' });

    expect(answers).toEqual(['crashed', 'crashed']);
    expect(next).toBeNull();
    expect(bench.committedCount()).toBe(2);
  });

  test('the log names the actor and the cause', async () => {
    const bench = new Bench();
    await bench.born();

    await bench.ask({ type: 'explode.child' });

    const line = bench.log.lines.find(({ level }) => level === 'error');
    expect(line?.message).toContain('exploded in a child');
    expect(line?.fields).toMatchObject({ kind: 'tiny', id: 'a' });
  });

  test('its neighbours notice nothing', async () => {
    const bench = new Bench();
    await bench.born('a');
    await bench.born('b');

    bench.host.tell('a', { type: 'explode.action' });
    const answer = await bench.ask({ type: 'say', word: 'calm' }, 'b');

    expect(answer).toBeNull();
    expect(bench.host.conditions().get('b')).toEqual({ type: 'running' });
  });
});

describe('an event that nobody expects', () => {
  test('is counted and logged, and harms nobody', async () => {
    const bench = new Bench();
    await bench.born();

    const answer = await bench.ask({ type: 'surprise' } as never);

    expect(answer).toBeNull();
    expect(bench.counters.unexpected).toBe(1);
    const line = bench.log.lines.find(({ level }) => level === 'warn');
    expect(line?.fields).toEqual({ kind: 'tiny', id: 'a', event: 'surprise' });
  });
});
