import { describe, expect, test } from 'vitest';
import type { Driver } from '../../drivers/contract/driver.ts';
import { MemoryDevice } from '../../drivers/memory/device.ts';
import { memoryDriver } from '../../drivers/memory/driver.ts';
import { type MonotonicMs } from '../../machines/ports/clock.ts';
import {
  type WitnessAnswer,
  type WitnessAsk,
  witnessSet,
} from '../../machines/protocol/witness-messages.ts';
import { presets } from '../../machines/timings/timings.ts';
import { Lease } from '../../src/agent/lease.ts';
import { Vouching } from '../../src/witness/vouching.ts';
import { recordingLog } from '../adapters/recording-log.ts';
import { Virtual } from '../host/support/virtual.ts';

const timings = presets.lan;
const { heartbeatMs, leaseMs, lapseMs } = timings;
const hopMs = 1;

/** An agent's lease and its three witnesses, played by the test; its judge answers as long as it is `heard`. */
class Bench {
  readonly virtual = new Virtual();
  readonly log = recordingLog();
  readonly asked: { readonly witness: string; readonly ask: WitnessAsk }[] = [];
  readonly silent = new Set<string>();
  readonly lease: Lease;
  /** Until when drivers were told that it lasts. */
  untilMs = 0;
  answer: (witness: string, ask: WitnessAsk) => WitnessAnswer['type'] = (_, { type }) =>
    type === 'promise' ? 'promised' : 'enrolled';

  constructor(promises?: number) {
    const { clock } = this.virtual;
    const witnesses = witnessSet(['w1', 'w2', 'w3'], promises);
    const vouching = new Vouching({
      ...{ witnesses, clock, timings, log: this.log },
      ask: async (witness, ask, withinMs) => {
        this.asked.push({ witness, ask });
        await this.#pause(this.silent.has(witness) ? withinMs : hopMs);
        if (this.silent.has(witness)) throw new Error(`${witness} has not answered`);
        return { type: this.answer(witness, ask), incarnation: ask.incarnation };
      },
    });
    const drivers = new Map([['leased', this.#driver()]]);
    this.lease = new Lease({ clock, log: this.log, timings, drivers, vouching });
  }

  static async serving(promises?: number): Promise<Bench> {
    const bench = new Bench(promises);
    bench.lease.begin(bench.virtual.clock.monotonicMs(), 1, 1);
    await bench.heard(4 * heartbeatMs);
    return bench;
  }

  /** Its judge acknowledges heartbeats for so long. */
  async heard(forMs: number): Promise<void> {
    for (let leftMs = forMs; leftMs > 0; leftMs -= heartbeatMs) {
      this.lease.renew(this.virtual.clock.monotonicMs(), 1);
      await this.virtual.run(heartbeatMs);
    }
  }

  promisesAsked(): number {
    return this.asked.filter(({ ask }) => ask.type === 'promise').length;
  }

  #driver(): Driver {
    const driver = memoryDriver(new MemoryDevice({ clock: this.virtual.clock }), 'agent-1');
    const renew = (until: MonotonicMs) => {
      this.untilMs = until;
      return Promise.resolve();
    };
    return { ...driver, leasing: { renew, drop: () => Promise.resolve() } };
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.virtual.clock.setTimer(ms, resolve));
  }
}

describe('R17: an agent whose judge is silent', () => {
  test('keeps its lease for as long as enough witnesses promise it', async () => {
    const bench = await Bench.serving();

    await bench.virtual.run(60_000);

    expect(bench.lease.lasts).toBe(true);
    expect(bench.lease.isHeard).toBe(false);
    expect(bench.untilMs).toBeGreaterThan(bench.virtual.time.nowMs);
    expect(bench.untilMs).toBeLessThanOrEqual(bench.virtual.time.nowMs + leaseMs);
  });

  test('asks nobody to promise anything while its judge answers', async () => {
    const bench = await Bench.serving();

    await bench.heard(30_000);

    expect(bench.promisesAsked()).toBe(0);
  });

  test.each([
    ['all but one', ['w1', 'w2'], undefined, false],
    ['one', ['w1'], undefined, true],
    ['one, where all have to promise', ['w1'], 3, false],
    ['all but one, where one is enough', ['w1', 'w2'], 1, true],
  ])('with %s of its witnesses away: goes on or lets go', async (_, away, promises, goesOn) => {
    const bench = await Bench.serving(promises);
    for (const witness of away) bench.silent.add(witness);

    await bench.virtual.run(3 * leaseMs);

    expect(bench.lease.lasts).toBe(goesOn);
  });

  test('lets go within its lease when witnesses refuse', async () => {
    const bench = await Bench.serving();
    await bench.virtual.run(10_000);
    bench.answer = () => 'refused';

    await bench.virtual.run(leaseMs + heartbeatMs);

    expect(bench.lease.lasts).toBe(false);
  });

  test('counts a promise from when it was asked for, not from when it came', async () => {
    const bench = await Bench.serving();
    await bench.virtual.run(10_000);
    const askedAt = bench.virtual.clock.monotonicMs();

    expect(bench.lease.extend(askedAt)).toBe(true);

    expect(bench.untilMs).toBe(askedAt + leaseMs);
  });

  test('gets no lease back that has ended', async () => {
    const bench = await Bench.serving();
    for (const witness of ['w1', 'w2', 'w3']) bench.silent.add(witness);
    await bench.virtual.run(leaseMs);
    bench.silent.clear();

    await bench.virtual.run(leaseMs);

    expect(bench.lease.lasts).toBe(false);
    expect(bench.lease.extend(bench.virtual.clock.monotonicMs())).toBe(false);
  });

  test('asks nobody for an incarnation that is over', async () => {
    const bench = await Bench.serving();

    void bench.lease.end(1, []);
    const before = bench.promisesAsked();
    await bench.virtual.run(leaseMs - heartbeatMs);

    expect(bench.promisesAsked()).toBe(before);
    expect(bench.lease.extend(bench.virtual.clock.monotonicMs())).toBe(false);
  });
});

describe('R17: a witness counts', () => {
  test('once a judge has acknowledged the incarnation after it was enrolled', async () => {
    const bench = new Bench();
    bench.lease.begin(bench.virtual.clock.monotonicMs(), 1, 1);

    // Enrolled by then, and no heartbeat is acknowledged any more.
    await bench.virtual.run(3 * leaseMs);

    expect(bench.asked.filter(({ ask }) => ask.type === 'enrol')).toHaveLength(3);
    expect(bench.promisesAsked()).toBe(0);
    expect(bench.lease.lasts).toBe(false);
  });

  test('for the incarnation that it was enrolled for, with the time that a promise has to last', async () => {
    const bench = await Bench.serving();

    const enrolled = bench.asked.map(({ ask }) => ask);

    expect(enrolled).toEqual(Array(3).fill({ type: 'enrol', incarnation: 1, forMs: lapseMs }));
  });

  test('no more when it has forgotten that, until a judge has acknowledged it anew', async () => {
    const bench = await Bench.serving();
    await bench.virtual.run(10_000);
    bench.answer = (_, { type }) => (type === 'promise' ? 'stranger' : 'enrolled');
    await bench.virtual.run(heartbeatMs);
    bench.answer = (_, { type }) => (type === 'promise' ? 'promised' : 'enrolled');

    await bench.virtual.run(leaseMs);
    expect(bench.lease.lasts).toBe(false);

    bench.lease.begin(bench.virtual.clock.monotonicMs(), 2, 1);
    await bench.heard(2_000);
    await bench.virtual.run(10_000);
    expect(bench.lease.lasts).toBe(true);
  });

  test('for nothing where it has denied the incarnation; it is not asked all the time', async () => {
    const bench = new Bench();
    bench.answer = () => 'refused';
    bench.lease.begin(bench.virtual.clock.monotonicMs(), 1, 1);

    await bench.heard(timings.sweepMs - 1_000);

    expect(bench.asked.map(({ ask }) => ask.type)).toEqual(Array(3).fill('enrol'));
    await bench.virtual.run(leaseMs);
    expect(bench.promisesAsked()).toBe(0);
  });

  test('is looked after, so that one that has forgotten is enrolled before it is needed', async () => {
    const bench = await Bench.serving();
    bench.answer = (witness, { type }) => {
      if (type === 'enrol') return 'enrolled';
      return witness === 'w1' ? 'stranger' : 'promised';
    };

    await bench.heard(timings.sweepMs + 2_000);

    const toFirst = bench.asked
      .filter(({ witness }) => witness === 'w1')
      .map(({ ask }) => ask.type);
    expect(toFirst).toEqual(['enrol', 'check', 'enrol']);
  });
});
