import { describe, expect, test } from 'vitest';
import { PermanentError } from '../../drivers/contract/errors.ts';
import { delay } from '../../machines/ports/clock.ts';
import { waitersMax } from '../../src/agent/device.ts';
import { DeviceBench, hopMs } from './support/device-bench.ts';

describe('a command', () => {
  test('is applied, and answered with what the device confirmed', async () => {
    const bench = new DeviceBench();

    const reply = await bench.ask({ epoch: 3, generation: 2 });

    expect(reply).toMatchObject({ type: 'applied', epoch: 3, generation: 2 });
    expect(bench.device.state).toBe('active');
    expect(bench.done()).toEqual(['applied 3/2']);
  });

  test('is in the journal before the device is touched', async () => {
    const bench = new DeviceBench();
    bench.diskMs = 50;

    await bench.ask();
    await bench.ask({ epoch: 2, status: 'deleting', generation: 2 });

    expect(bench.order).toEqual(['saved 1/1', 'applied 1/1', 'saved 2/2', 'removed 2/2']);
  });

  test('that is repeated is answered without a second apply', async () => {
    const bench = new DeviceBench();

    const first = await bench.ask();
    const again = await bench.ask();

    expect(again).toEqual(first);
    expect(bench.done()).toEqual(['applied 1/1']);
  });

  test('that is repeated while it is under way is answered with it', async () => {
    const bench = new DeviceBench();

    const replies = await bench.virtual.settled(Promise.all([bench.send(), bench.send()]));

    expect(replies.map(({ type }) => type)).toEqual(['applied', 'applied']);
    expect(bench.done()).toEqual(['applied 1/1']);
  });

  test('of an older epoch is refused with what is known, and the device is left alone', async () => {
    const bench = new DeviceBench();
    await bench.ask({ epoch: 5, generation: 2 });

    const reply = await bench.ask({ epoch: 4, generation: 9 });

    expect(reply).toEqual({ type: 'fenced', by: { epoch: 5, generation: 2, removed: false } });
    expect(bench.done()).toEqual(['applied 5/2']);
  });

  test('of an older generation is answered by the newer one', async () => {
    const bench = new DeviceBench();
    await bench.ask({ generation: 4 });

    const reply = await bench.ask({ generation: 3 });

    expect(reply).toMatchObject({ type: 'applied', generation: 4 });
    expect(bench.done()).toEqual(['applied 1/4']);
  });

  test('of a newer epoch but an older generation claims the epoch and leaves the content', async () => {
    const bench = new DeviceBench();
    await bench.ask({ epoch: 1, generation: 4 });

    const reply = await bench.ask({ epoch: 2, generation: 3 });

    expect(reply).toMatchObject({ type: 'applied', epoch: 2, generation: 4 });
    expect(bench.done()).toEqual(['applied 1/4', 'claimed 2/3']);
  });

  test('that is newer waits for the one under way: calls never overlap', async () => {
    const bench = new DeviceBench();

    const first = bench.send({ generation: 1 });
    await bench.virtual.run(1);
    const second = bench.send({ generation: 2 });
    const third = bench.send({ epoch: 2, generation: 3 });
    const replies = await bench.virtual.settled(Promise.all([first, second, third]));

    expect(bench.done()).toEqual(['applied 1/1', 'applied 2/3']);
    expect(bench.virtual.time.nowMs).toBe(2 * 2 * hopMs);
    expect(replies.map(({ type }) => type)).toEqual(['fenced', 'fenced', 'applied']);
  });

  test('finds only so many others waiting: the oldest is told to ask again', async () => {
    const bench = new DeviceBench();

    const waiting = Array.from({ length: waitersMax + 1 }, () => bench.send());
    const replies = await bench.virtual.settled(Promise.all(waiting));

    expect(replies[0]).toMatchObject({ type: 'failed', kind: 'retryable' });
    expect(replies.slice(1).every(({ type }) => type === 'applied')).toBe(true);
  });

  test('is answered when the agent stops', async () => {
    const bench = new DeviceBench();
    const asked = bench.send();

    bench.device.stop();

    expect(await asked).toMatchObject({ type: 'failed', kind: 'retryable' });
  });
});

describe('a removal', () => {
  const removal = { status: 'deleting', generation: 2 } as const;

  test('leaves a tombstone, and is answered again when it is repeated', async () => {
    const bench = new DeviceBench();
    await bench.ask();

    expect(await bench.ask(removal)).toEqual({ type: 'removed', epoch: 1 });
    expect(await bench.ask(removal)).toEqual({ type: 'removed', epoch: 1 });
    expect(bench.done()).toEqual(['applied 1/1', 'removed 1/2']);
    expect(bench.device.claim()).toBeNull();
  });

  test('of what someone newer has removed counts as removed', async () => {
    const bench = new DeviceBench();
    await bench.other(7, 3, false);

    expect(await bench.ask(removal)).toEqual({ type: 'removed', epoch: 1 });
  });

  test('commanded while a configuration is applied follows it', async () => {
    const bench = new DeviceBench();
    const applied = bench.send();
    await bench.virtual.run(1);

    const reply = await bench.ask(removal);

    expect(reply).toEqual({ type: 'removed', epoch: 1 });
    expect(bench.done()).toEqual(['applied 1/1', 'removed 1/2']);
    expect(await applied).toMatchObject({ type: 'fenced' });
  });

  test('commanded while a configuration is applied, which then fails, still happens', async () => {
    const bench = new DeviceBench();
    bench.appliance.trouble.failNext(1, 'retryable');
    void bench.send();
    await bench.virtual.run(1);

    const failed = await bench.ask(removal);
    // Nobody asks again: the device gets on with it by itself.
    await bench.reach('absent');

    expect(failed).toMatchObject({ type: 'failed', kind: 'retryable' });
    expect(bench.done()).toEqual(['removed 1/2']);
  });

  test.each([
    ['a removal', removal, { type: 'removed' }],
    ['a corrected configuration', { generation: 2 }, { type: 'applied', generation: 2 }],
  ])('%s that came while a bad configuration was being refused is carried out', async (...each) => {
    const [, command, reply] = each;
    const bench: DeviceBench = new DeviceBench((driver) => ({
      ...driver,
      apply: async (target) => {
        if (target.generation > 1) return driver.apply(target);
        await delay(bench.virtual.clock, 500);
        throw new PermanentError('port 80 is taken');
      },
    }));
    const bad = bench.send();
    await bench.virtual.run(1);

    const replied = await bench.ask(command);
    await bench.virtual.settled(bad);

    expect(replied).toMatchObject(reply);
  });

  test('is not undone by an earlier command that comes late under the same epoch', async () => {
    const bench = new DeviceBench();
    await bench.ask();

    const removing = bench.send(removal);
    const late = bench.send({ generation: 1 });
    const replies = await bench.virtual.settled(Promise.all([removing, late]));
    const later = await bench.ask({ generation: 1 });

    const fenced = { type: 'fenced', by: { epoch: 1, generation: 2, removed: false } };
    expect(replies).toEqual([{ type: 'removed', epoch: 1 }, fenced]);
    expect(later).toEqual(fenced);
    expect(bench.done()).toEqual(['applied 1/1', 'removed 1/2']);
  });

  test('goes on where a newer holder asks for a life: its store has lost the deletion', async () => {
    const bench = new DeviceBench();
    await bench.ask();
    bench.appliance.trouble.setUnreachable('nobody reaches it');
    await bench.ask(removal);

    const during = await bench.ask({ epoch: 2, generation: 1 });
    bench.appliance.trouble.setUnreachable(null);
    await bench.reach('absent');
    const after = await bench.ask({ epoch: 2, generation: 1 });

    expect(during).toMatchObject({ type: 'failed', kind: 'retryable' });
    expect(bench.done()).toEqual(['applied 1/1', 'removed 1/2', 'refused 2/1']);
    expect(after).toEqual({ type: 'fenced', by: { epoch: 1, generation: 2, removed: true } });
  });

  test('that is repeated by a newer holder while it is under way is done once', async () => {
    const bench = new DeviceBench();
    await bench.ask();

    const first = bench.send(removal);
    await bench.virtual.run(1);
    const replies = await bench.virtual.settled(
      Promise.all([first, bench.send({ ...removal, epoch: 2 })]),
    );

    expect(replies.map(({ type }) => type)).toEqual(['fenced', 'removed']);
    expect(bench.done()).toEqual(['applied 1/1', 'removed 1/2']);
  });

  test('that fails is tried again by itself', async () => {
    const bench = new DeviceBench();
    await bench.ask();
    bench.appliance.trouble.failNext(2, 'retryable');

    expect(await bench.ask(removal)).toMatchObject({ type: 'failed' });
    await bench.reach('absent');

    expect(bench.done()).toEqual(['applied 1/1', 'removed 1/2']);
  });
});
