import { describe, expect, test } from 'vitest';
import { type CircuitState, circuitLimits } from '../../drivers/contract/circuit-breaker.ts';
import type { Driver, DriverDescriptor, ProbeResult } from '../../drivers/contract/driver.ts';
import {
  ContentionError,
  FencedError,
  PermanentError,
  RetryableError,
  UnknownOutcomeError,
} from '../../drivers/contract/errors.ts';
import { guarded } from '../../drivers/contract/guarded.ts';
import { retryAfterMaxMs } from '../../drivers/contract/retry-after.ts';
import { MemoryDevice } from '../../drivers/memory/device.ts';
import { memoryDriver } from '../../drivers/memory/driver.ts';
import { delay } from '../../machines/ports/clock.ts';
import { recordingLog } from '../adapters/recording-log.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';
import { Virtual } from '../host/support/virtual.ts';

const { unansweredMax, callsAtOnceMax, trialFromMs, trialMostMs } = circuitLimits;

const silent = () => new UnknownOutcomeError('no answer within 5000 ms');
const unreachable = () => new RetryableError("can't be reached", { reach: 'out of reach' });
const busy = (retryAfterMs: number) =>
  new RetryableError('a backup is under way', { reach: 'busy', retryAfterMs });

/** A driver whose calls take a second, and end as the test says; and its circuit. */
class Bench {
  readonly virtual = new Virtual();
  readonly log = recordingLog();
  readonly changes: CircuitState[] = [];
  /** How calls end from now on; null: well. */
  error: (() => Error) | null = null;
  probed: ProbeResult = { reachable: true, detail: 'here' };
  calls = 0;
  probes = 0;
  atOnce = 0;
  #running = 0;
  readonly driver;

  /** Without a number of its own, its driver leaves it to the circuit how many calls may be under way. */
  constructor(own: Pick<DriverDescriptor, 'callsAtOnceMax'> = {}) {
    const { clock } = this.virtual;
    const plain = memoryDriver(new MemoryDevice({ clock }), 'a');
    const { name, description, aliases, reschedulable, fence, devices, unsupported } =
      plain.descriptor;
    const descriptor = { name, description, aliases, reschedulable, fence, devices, unsupported };
    const call = async (): Promise<never[]> => {
      this.calls += 1;
      this.#running += 1;
      this.atOnce = Math.max(this.atOnce, this.#running);
      await delay(clock, 1_000);
      this.#running -= 1;
      if (this.error !== null) throw this.error();
      return [];
    };
    const probe = async (): Promise<ProbeResult> => {
      this.probes += 1;
      await delay(clock, 100);
      return this.probed;
    };
    const driver: Driver = { ...plain, descriptor: { ...descriptor, ...own }, survey: call, probe };
    const random = { next: () => 0.5, uuid: () => '' };
    this.driver = guarded(driver, { clock, random, log: this.log });
    this.driver.circuit.onChange((state) => this.changes.push(state));
  }

  /** What became of so many calls, made one after the other. */
  async one(error: (() => Error) | null, times = 1): Promise<void> {
    this.error = error;
    for (let time = 0; time < times; time += 1) {
      await this.virtual.settled(this.driver.survey()).catch(() => undefined);
    }
  }

  /** Makes so many calls at once, and waits for nothing. */
  async start(count: number): Promise<{ done: number; errors: unknown[] }> {
    const outcomes = await Promise.allSettled(
      Array.from({ length: count }, () => this.driver.survey()),
    );
    const errors = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    return { done: count - errors.length, errors };
  }

  /** What became of so many calls, made at once. */
  many(count: number): Promise<{ done: number; errors: unknown[] }> {
    return this.virtual.settled(this.start(count));
  }

  get isOpen(): boolean {
    return this.driver.circuit.state.isOpen;
  }

  /** With half of all chance, a trial comes after three quarters of its time. */
  trialAfter(mostMs: number): Promise<void> {
    return this.virtual.run((mostMs * 3) / 4);
  }
}

describe('a circuit opens', () => {
  test.each([
    ['silent', silent],
    ['out of reach', unreachable],
    ['busy, without a time', () => new RetryableError('busy', { reach: 'busy' })],
  ])('after so many calls in a row to a device that is %s, and not before', async (_, error) => {
    const bench = new Bench();

    await bench.one(error, unansweredMax - 1);
    expect(bench.isOpen).toBe(false);
    await bench.one(error);

    expect(bench.isOpen).toBe(true);
    expect(bench.changes).toEqual([bench.driver.circuit.state]);
    expect(bench.log.lines).toMatchObject([{ level: 'warn' }]);
  });

  test('at once when the device asks to be left alone', async () => {
    const bench = new Bench();

    await bench.one(() => busy(60_000));
    expect(bench.isOpen).toBe(true);
    await bench.virtual.run(59_999);
    expect(bench.probes).toBe(0);
    await bench.virtual.run(101);

    expect(bench.probes).toBe(1);
    expect(bench.isOpen).toBe(false);
  });

  test('for five minutes at most, whatever the device asks for', async () => {
    const bench = new Bench();

    await bench.one(() => busy(86_400_000));
    await bench.virtual.run(retryAfterMaxMs + 100);

    expect(bench.isOpen).toBe(false);
  });

  test('by probes that fail, too', async () => {
    const bench = new Bench();
    bench.probed = { reachable: false, reason: 'it boots', retryAfterMs: 5_000 };

    await bench.virtual.settled(bench.driver.probe());

    expect(bench.driver.circuit.state).toMatchObject({ isOpen: true, words: 'it boots' });
  });

  test.each([
    ['a refusal', () => new PermanentError('port 80 is taken')],
    ['a newer holder', () => new FencedError('no', { epoch: 2, generation: 1, removed: false })],
    ['contention', () => new ContentionError('contention')],
    ['an answer', null],
  ])('not where %s came in between: the device answers', async (_, between) => {
    const bench = new Bench();

    await bench.one(silent, unansweredMax - 1);
    await bench.one(between);
    await bench.one(silent, unansweredMax - 1);

    expect(bench.isOpen).toBe(false);
  });

  test.each([
    ['a bug', () => new TypeError('x is undefined')],
    [
      'a refusal for which nobody was asked',
      () => new PermanentError('no', { reach: 'not asked' }),
    ],
  ])('all the same where %s came in between: that tells nothing', async (_, between) => {
    const bench = new Bench();

    await bench.one(silent, unansweredMax - 1);
    await bench.one(between);
    await bench.one(silent);

    expect(bench.isOpen).toBe(true);
  });
});

describe('while it is open', () => {
  test('calls fail at once, and say since when, why, and when the next try is', async () => {
    const bench = new Bench();
    await bench.one(silent, unansweredMax);
    const { calls } = bench;
    await bench.virtual.run(250);

    const { errors } = await bench.many(30);

    expect(bench.calls).toBe(calls);
    expect(errors).toHaveLength(30);
    expect(errors[0]).toMatchObject({ kind: 'retryable', reach: 'not asked', retryAfterMs: 500 });
    expect(String(errors[0])).toContain(
      'left alone since 2026-01-01T00:00:05.000Z, and the next try is at 2026-01-01T00:00:05.750Z: ' +
        'no answer within 5000 ms',
    );
  });

  test('who probes makes the trial; who asks while it is under way hears of it', async () => {
    const bench = new Bench();
    await bench.one(unreachable, unansweredMax);

    const asked = await bench.virtual.settled(
      Promise.all([bench.driver.probe(), bench.driver.probe()]),
    );

    expect(asked).toEqual([
      { reachable: true, detail: 'here' },
      { reachable: true, detail: 'here' },
    ]);
    expect(bench.probes).toBe(1);
    expect(bench.isOpen).toBe(false);
  });

  test('a device that asks to be left alone is left alone, and counts as reached', async () => {
    const bench = new Bench();
    await bench.one(() => busy(60_000));

    expect(await bench.virtual.settled(bench.driver.probe())).toMatchObject({ reachable: true });
    expect(bench.probes).toBe(0);
    expect(bench.isOpen).toBe(true);
  });

  test('trials come later each time, up to a limit, and the words are the latest', async () => {
    const bench = new Bench();
    bench.probed = { reachable: false, reason: 'it still boots' };
    await bench.one(unreachable, unansweredMax);
    const at: number[] = [];
    for (let probes = 1; probes <= 8; probes += 1) {
      await bench.virtual.until('a trial', () => bench.probes === probes);
      at.push(bench.virtual.time.nowMs);
      await bench.virtual.run(100);
    }

    const gaps = at.slice(1).map((each, index) => each - at[index]! - 100);
    const grown = [2, 4, 8, 16].map((times) => times * trialFromMs);
    const expected = [...grown, trialMostMs, trialMostMs, trialMostMs].map((ms) => (ms * 3) / 4);
    expect(gaps).toEqual(expected);
    expect(bench.driver.circuit.state).toMatchObject({ isOpen: true, words: 'it still boots' });
    expect(bench.changes).toHaveLength(1);
  });

  test('an answer that comes late closes it, but not where the device asked to be left alone', async () => {
    for (const [error, isOpen] of [
      [unreachable, false],
      [() => busy(60_000), true],
    ] as const) {
      const bench = new Bench();
      bench.error = error;
      const failing = bench.start(unansweredMax);
      await bench.virtual.run(500);
      const late = bench.driver.survey();
      await bench.virtual.settled(failing);
      bench.error = null;
      await bench.virtual.settled(late);

      expect(bench.isOpen).toBe(isOpen);
      expect(bench.probes).toBe(0);
    }
  });
});

describe('many load balancers on one device', () => {
  test('send it no more than so many calls at once, and few after it has failed', async () => {
    const bench = new Bench();
    bench.error = silent;

    const { errors } = await bench.many(30);

    expect(errors).toHaveLength(30);
    expect(bench.atOnce).toBe(callsAtOnceMax);
    expect(bench.calls).toBe(callsAtOnceMax);
  });

  test('send it as many as its driver says that it can take', async () => {
    const bench = new Bench({ callsAtOnceMax: 20 });

    const { done } = await bench.many(30);

    expect(done).toBe(30);
    expect(bench.atOnce).toBe(20);
  });

  test('wait for a trial that is under way; then one call goes first, and all when it is answered', async () => {
    const bench = new Bench();
    await bench.one(silent, unansweredMax);
    const { calls } = bench;
    bench.error = null;
    bench.atOnce = 0;
    await bench.trialAfter(trialFromMs);

    const all = bench.start(30);
    await bench.virtual.run(1_000);
    expect(bench.calls).toBe(calls + 1);

    expect(await bench.virtual.settled(all)).toEqual({ done: 30, errors: [] });
    expect(bench.atOnce).toBe(callsAtOnceMax);
    expect(bench.changes.map(({ isOpen }) => isOpen)).toEqual([true, false]);
  });

  test('where that one call is not answered, none follows, and the next trial is later', async () => {
    const bench = new Bench();
    await bench.one(silent, unansweredMax);
    const { calls } = bench;
    await bench.trialAfter(trialFromMs);

    const { errors } = await bench.many(30);

    expect(errors).toHaveLength(30);
    expect(bench.calls).toBe(calls + 1);
    expect(errors[1]).toMatchObject({ retryAfterMs: (2 * trialFromMs * 3) / 4 });
  });
});

test('a driver that is closed leaves nothing running, and nobody waiting', async () => {
  const bench = new Bench();
  await bench.one(unreachable, unansweredMax);
  await bench.trialAfter(trialFromMs);
  const waiting = bench.driver.survey();
  await bench.driver.close();

  await expect(waiting).rejects.toMatchObject({ message: 'its driver is closed' });
  await bench.virtual.run(1_000);
  expect(bench.virtual.pending()).toBe(0);
});

test('what a driver offers beside its calls is offered behind the circuit, too', async () => {
  const { clock } = new Virtual();
  const device = new MemoryDevice({ clock });
  const random = { next: () => 0, uuid: () => '' };
  const plain = memoryDriver(device, 'a');
  const driver = guarded(plain, { clock, random, log: recordingLog() });
  const document = loadBalancerDocument();
  const target = { id: document.id, epoch: 1, generation: 1, document };
  const down: unknown[] = [];

  await driver.apply(target);
  driver.watch(document.id, ({ reason }) => down.push(reason));
  device.breakDown(document.id, 'power cut');

  expect(down).toEqual(['power cut']);
  expect(driver.descriptor).toBe(plain.descriptor);
  expect(await driver.observe(document.id)).toMatchObject({ running: false });
  expect(await driver.health!.statistics(document.id)).toEqual({});
  expect(await driver.remove(target)).toMatchObject({ removed: true });
  expect(driver).not.toHaveProperty('residence');
  expect(driver).not.toHaveProperty('leasing');
});
