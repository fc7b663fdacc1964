import { describe, expect, test } from 'vitest';
import type { Driver } from '../../drivers/contract/driver.ts';
import { RetryableError } from '../../drivers/contract/errors.ts';
import { retryAfterMaxMs } from '../../drivers/contract/retry-after.ts';
import { DeviceBench, hopMs } from './support/device-bench.ts';

/** A driver whose applies fail with these, in turn, and then work. */
function failing(...errors: readonly Error[]): (driver: Driver) => Driver {
  const left = [...errors];
  return (driver) => ({
    ...driver,
    apply: (target) => {
      const error = left.shift();
      return error === undefined ? driver.apply(target) : Promise.reject(error);
    },
  });
}

describe('a device that fails', () => {
  test('for now: the caller hears why, and it is tried again with a growing backoff', async () => {
    const bench = new DeviceBench();
    bench.appliance.trouble.failNext(3, 'retryable');

    const reply = await bench.ask();
    const failedAt = bench.virtual.time.nowMs;
    await bench.reach('active');

    const { deviceRetryMs } = bench.timings;
    expect(reply).toEqual({ type: 'failed', kind: 'retryable', message: 'the device is busy' });
    expect(bench.virtual.time.nowMs - failedAt).toBe(
      deviceRetryMs * (1 + 2 + 4) + 2 * hopMs + 2 * hopMs,
    );
  });

  test('and says when to come back is left alone that long', async () => {
    const bench = new DeviceBench(failing(new RetryableError('busy', { retryAfterMs: 7_000 })));

    await bench.ask();
    await bench.reach('active');

    expect(bench.virtual.time.nowMs).toBe(7_000 + 2 * hopMs);
  });

  test('and wants to be left alone for hours is asked again before that', async () => {
    const hour = 3_600_000;
    const bench = new DeviceBench(failing(new RetryableError('busy', { retryAfterMs: hour })));

    await bench.ask();
    await bench.reach('active');

    expect(bench.virtual.time.nowMs).toBe(retryAfterMaxMs + 2 * hopMs);
  });

  test('and says that it may be asked at once is given its time all the same', async () => {
    const bench = new DeviceBench(failing(new RetryableError('busy', { retryAfterMs: 0 })));

    await bench.ask();
    await bench.reach('active');

    expect(bench.virtual.time.nowMs).toBe(bench.timings.deviceRetryMs + 2 * hopMs);
  });

  test('for good: it rests for the time of a refusal, then is asked again', async () => {
    const bench = new DeviceBench();
    bench.appliance.trouble.refuse(bench.id, 'port 80 is taken');

    const reply = await bench.ask();
    const refusedAt = bench.virtual.time.nowMs;
    bench.appliance.trouble.refuse(bench.id, null);
    await bench.reach('active');

    expect(reply).toEqual({ type: 'failed', kind: 'permanent', message: 'port 80 is taken' });
    expect(bench.virtual.time.nowMs - refusedAt).toBeGreaterThanOrEqual(
      bench.timings.refusalRetryMs,
    );
  });

  test('a corrected configuration does not wait for that', async () => {
    const bench = new DeviceBench();
    bench.appliance.trouble.refuse(bench.id, 'port 80 is taken');
    await bench.ask();
    bench.appliance.trouble.refuse(bench.id, null);

    const reply = await bench.ask({ generation: 2 });

    expect(reply).toMatchObject({ type: 'applied', generation: 2 });
  });

  test('with an unknown outcome is told so, and the same is sent again', async () => {
    const bench = new DeviceBench();
    bench.appliance.trouble.failNext(1, 'unknown');

    const reply = await bench.ask();
    await bench.reach('active');

    expect(reply).toMatchObject({ type: 'failed', kind: 'unknown' });
    expect(bench.done()).toEqual(['applied 1/1', 'applied 1/1']);
  });

  test('in a way that its driver does not declare: logged as a bug, and tried again', async () => {
    const bench = new DeviceBench(failing(new TypeError('x is undefined')));

    const reply = await bench.ask();
    await bench.reach('active');

    expect(reply).toMatchObject({ type: 'failed', kind: 'retryable', message: 'x is undefined' });
    expect(bench.log.lines.map(({ level }) => level)).toContain('error');
  });

  test('a command that is repeated meanwhile is tried at once', async () => {
    const bench = new DeviceBench();
    bench.appliance.trouble.failNext(1, 'retryable');
    await bench.ask();

    const before = bench.virtual.time.nowMs;
    const reply = await bench.ask();

    expect(reply).toMatchObject({ type: 'applied' });
    expect(bench.virtual.time.nowMs - before).toBe(2 * hopMs);
  });
});

describe('a device that others change', () => {
  test('gets back what was commanded, and its holder asks whether it still holds it', async () => {
    const bench = new DeviceBench((driver) => driver, 1_000);
    await bench.ask();
    expect(bench.device.claim()).toBeNull();

    bench.appliance.tamper(bench.id, (document) => ({ ...document, description: 'by hand' }));
    const put = () => bench.appliance.content(bench.id)?.description === bench.document.description;
    await bench.virtual.until('its own content is back', put);
    await bench.reach('active');

    expect(bench.done()).toEqual(['applied 1/1', 'applied 1/1']);
    expect(bench.device.claim()).toMatchObject({ epoch: 1 });
    bench.device.stop();
  });

  test('that lost everything gets it again', async () => {
    const bench = new DeviceBench((driver) => driver, 1_000);
    await bench.ask();

    bench.appliance.halt('it boots');
    bench.appliance.boot('nothing');
    await bench.virtual.until('it is there', () => bench.appliance.content(bench.id) !== null);

    expect(bench.appliance.peek(bench.id)).toMatchObject({ running: true, marker: { epoch: 1 } });
    bench.device.stop();
  });

  test('by a newer holder is left alone: its own write is refused', async () => {
    const bench = new DeviceBench((driver) => driver, 1_000);
    await bench.ask();

    await bench.other(2, 1);
    await bench.reach('fenced');

    expect(bench.device.claim()).toMatchObject({ epoch: 2 });
    expect(bench.done()).toEqual(['applied 1/1', 'applied 2/1', 'refused 1/1']);
  });
});

describe('a device actor that crashes', () => {
  /** A driver with a bug: it throws, so many times, when it is asked to watch. */
  const buggy =
    (times: number) =>
    (driver: Driver): Driver => {
      let left = times;
      return {
        ...driver,
        watch: (id, notify) => {
          left -= 1;
          if (left >= 0) throw new TypeError('watch is broken');
          return driver.watch(id, notify);
        },
      };
    };

  test('begins anew with what was commanded, later each time', async () => {
    const bench = new DeviceBench(buggy(3));

    const reply = await bench.ask();
    await bench.virtual.run(bench.timings.deviceStableMs);

    const { restartMs } = bench.timings;
    expect(reply).toMatchObject({ type: 'applied' });
    expect(bench.device.state).toBe('active');
    expect(bench.appliance.log.map(({ at }) => at)).toEqual([
      hopMs,
      3 * hopMs + restartMs,
      5 * hopMs + (1 + 2) * restartMs,
      7 * hopMs + (1 + 2 + 4) * restartMs,
    ]);
    const errors = bench.log.lines.filter(({ level }) => level === 'error');
    expect(errors.map(({ message }) => message)).toEqual(
      [1, 2, 3].map(() => 'the device actor crashed'),
    );
  });

  test('takes a newer command when it begins anew', async () => {
    const bench = new DeviceBench(buggy(1));
    await bench.ask();

    const reply = await bench.ask({ generation: 2 });

    expect(reply).toMatchObject({ type: 'applied', generation: 2 });
    expect(bench.done()).toEqual(['applied 1/1', 'applied 1/2']);
  });

  test('answers whoever asks meanwhile, and leaves nothing running when it is stopped', async () => {
    const bench = new DeviceBench(buggy(1_000));
    await bench.ask();

    const meanwhile = bench.send({ generation: 2 });
    bench.device.stop();

    expect(await meanwhile).toMatchObject({ type: 'failed', kind: 'retryable' });
    await bench.virtual.run(2 * hopMs);
    expect(bench.virtual.pending()).toBe(0);
  });
});

describe('a device that someone newer holds', () => {
  test('refuses: the caller hears by whom, and it is claimed until a record is as new', async () => {
    const bench = new DeviceBench();
    await bench.other(6, 3);

    const reply = await bench.ask();

    const marker = { epoch: 6, generation: 3, removed: false };
    expect(reply).toEqual({ type: 'fenced', by: marker });
    expect(bench.device.state).toBe('fenced');
    expect(bench.device.claim()).toEqual({ loadBalancer: bench.id, ...marker, device: 'memory' });
    expect(bench.device.standing({ agent: 'agent-2', epoch: 5 }, 'agent-1')).toBe(false);
    expect(bench.device.standing({ agent: 'agent-2', epoch: 6 }, 'agent-1')).toBe(true);
  });

  test('takes a command of a higher epoch again', async () => {
    const bench = new DeviceBench();
    await bench.other(6, 3);
    await bench.ask();

    const reply = await bench.ask({ epoch: 7, generation: 3 });

    expect(reply).toMatchObject({ type: 'applied', epoch: 7 });
  });

  test('a tombstone refuses every life, whatever its epoch', async () => {
    const bench = new DeviceBench();
    await bench.other(2, 2, false);

    const reply = await bench.ask({ epoch: 9, generation: 9 });

    expect(reply).toEqual({ type: 'fenced', by: { epoch: 2, generation: 2, removed: true } });
  });
});

describe('what runs on a device', () => {
  test('is restarted at once when it dies, and with a backoff when it dies again', async () => {
    const bench = new DeviceBench();
    await bench.ask();

    const pauses: number[] = [];
    for (let death = 0; death < 3; death += 1) {
      const diedAt = bench.virtual.time.nowMs;
      bench.appliance.breakDown(bench.id, 'it was killed');
      await bench.reach('active');
      pauses.push(bench.virtual.time.nowMs - diedAt - 2 * hopMs);
    }

    const { deviceRetryMs } = bench.timings;
    expect(pauses).toEqual([0, 2 * deviceRetryMs, 4 * deviceRetryMs]);
  });

  test('is trusted again after it held out', async () => {
    const bench = new DeviceBench();
    await bench.ask();
    bench.appliance.breakDown(bench.id, 'it was killed');
    await bench.reach('active');
    await bench.virtual.run(bench.timings.deviceStableMs);

    const diedAt = bench.virtual.time.nowMs;
    bench.appliance.breakDown(bench.id, 'it was killed');
    await bench.reach('active');

    expect(bench.virtual.time.nowMs - diedAt).toBe(2 * hopMs);
  });
});

describe('what a device claims', () => {
  test('a removal that came about when nobody waited for it any more, until it is told that all is over', async () => {
    const bench = new DeviceBench();
    await bench.ask();
    bench.appliance.trouble.failNext(1, 'retryable');
    const reply = await bench.ask({ generation: 2, status: 'deleting' });
    await bench.reach('absent');

    const claimed = bench.device.claim();
    const isOver = bench.device.standing({ agent: 'nobody', epoch: 2 }, 'agent-1');

    expect(reply).toMatchObject({ type: 'failed' });
    const claim = { epoch: 1, generation: 2, removed: true, device: 'memory' };
    expect(claimed).toEqual({ loadBalancer: bench.id, ...claim });
    expect(isOver).toBe(true);
  });

  test('nothing where the record named it', async () => {
    const bench = new DeviceBench();
    await bench.ask();

    expect(bench.device.claim()).toBeNull();
  });

  test('a grant, until a record names it', async () => {
    const bench = new DeviceBench();
    await bench.ask({ epoch: 2, grant: true });
    const claimed = bench.device.claim();

    bench.device.standing({ agent: 'agent-1', epoch: 1 }, 'agent-1');
    const stillClaimed = bench.device.claim();
    bench.device.standing({ agent: 'agent-1', epoch: 2 }, 'agent-1');

    const claim = { epoch: 2, generation: 1, removed: false, device: 'memory' };
    expect(claimed).toEqual({ loadBalancer: bench.id, ...claim });
    expect(stillClaimed).toEqual(claimed);
    expect(bench.device.claim()).toBeNull();
  });

  test('a grant, until the committed command comes', async () => {
    const bench = new DeviceBench();
    await bench.ask({ epoch: 2, grant: true });

    const again = await bench.ask({ epoch: 2, grant: false });

    expect(again).toMatchObject({ type: 'applied' });
    expect(bench.device.claim()).toBeNull();
    expect(bench.done()).toEqual(['applied 2/1']);
  });

  test('everything, once its agent has a new incarnation', async () => {
    const bench = new DeviceBench();
    await bench.ask();

    bench.device.unconfirm();

    expect(bench.device.claim()).toMatchObject({ epoch: 1, generation: 1 });
  });

  test('nothing any more when the record has gone on to somebody else', async () => {
    const bench = new DeviceBench();
    await bench.ask();

    const over = bench.device.standing({ agent: 'agent-2', epoch: 2 }, 'agent-1');

    expect(over).toBe(true);
    expect(bench.device.state).toBe('fenced');
    expect(await bench.ask()).toMatchObject({ type: 'fenced', by: { epoch: 2 } });
    expect(bench.done()).toEqual(['applied 1/1']);
  });

  test('a late word about an older binding changes nothing', async () => {
    const bench = new DeviceBench();
    await bench.ask({ epoch: 3 });

    expect(bench.device.standing({ agent: 'agent-2', epoch: 2 }, 'agent-1')).toBe(false);
    expect(bench.device.state).toBe('active');
  });
});
