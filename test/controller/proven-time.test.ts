import { describe, expect, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import { presets } from '../../machines/timings/timings.ts';
import { HostTime } from '../../simulator/world/host-time.ts';
import { ProcessClock } from '../../simulator/world/virtual-clock.ts';
import { MemoryBroker } from '../../src/adapters/memory-bus.ts';
import { ProvenTime } from '../../src/controller/fleet/proven-time.ts';
import { Virtual } from '../host/support/virtual.ts';

function started(options: { pingMs?: () => number; held?: () => boolean } = {}) {
  const virtual = new Virtual();
  const late: (() => void)[] = [];
  // A process that is held up sees its timers late, all at once.
  const host = new HostTime(virtual.time);
  const deliver = (run: () => void): void => {
    if (options.held?.() === true) late.push(run);
    else run();
  };
  const clock = new ProcessClock(virtual.time, 'judge', deliver, host);
  const broker = new MemoryBroker(virtual.clock, { delayMs: () => options.pingMs?.() ?? 0 });
  const bus = broker.connect('judge');
  const ticks: number[] = [];
  const proven: ProvenTime = new ProvenTime({
    clock,
    bus,
    log: silentLog,
    timings: presets.lan,
    onTick: () => ticks.push(proven.nowMs),
  });
  proven.start();
  const catchUp = () => late.splice(0).forEach((run) => run());
  return { virtual, host, bus, proven, ticks, catchUp };
}

describe('proven time', () => {
  test('runs with the clock while all is well', async () => {
    const { virtual, proven } = started();

    await virtual.run(10_000);

    expect(proven.nowMs).toBeGreaterThan(9_700);
    expect(proven.nowMs).toBeLessThanOrEqual(10_000);
    expect(proven.gaps).toBe(0);
  });

  test('stands still while the connection is down, and does not catch up', async () => {
    const { virtual, bus, proven } = started();
    await virtual.run(1_000);
    const before = proven.nowMs;

    bus.disconnect();
    await virtual.run(30_000);
    const meanwhile = proven.nowMs;
    bus.reconnect();
    await virtual.run(1_000);

    expect(meanwhile).toBe(before);
    expect(proven.nowMs - before).toBeLessThanOrEqual(1_000);
    expect(proven.nowMs).toBeGreaterThan(before);
    expect(proven.gaps).toBe(1);
  });

  test('a connection that broke and came back between two proofs proves nothing', async () => {
    const { virtual, bus, proven } = started();
    await virtual.run(1_000);
    const before = proven.nowMs;

    bus.disconnect();
    bus.reconnect();
    await virtual.run(presets.lan.heartbeatMs / 4);

    expect(proven.nowMs).toBe(before);
    expect(proven.gaps).toBe(1);
  });

  test('stands still while the server does not answer', async () => {
    let pingMs = 0;
    const { virtual, proven } = started({ pingMs: () => pingMs });
    await virtual.run(1_000);
    const before = proven.nowMs;

    pingMs = Infinity;
    await virtual.run(30_000);

    expect(proven.nowMs).toBe(before);
  });

  test('does not count what its process slept through', async () => {
    let held = false;
    const { virtual, proven, catchUp } = started({ held: () => held });
    await virtual.run(1_000);
    const before = proven.nowMs;

    held = true;
    await virtual.run(30_000);
    held = false;
    catchUp();
    await virtual.run(1_000);

    expect(proven.nowMs - before).toBeLessThanOrEqual(1_000);
    expect(proven.gaps).toBe(1);
  });

  test('knows how long what it hears may have waited: since the newest ping that was answered', async () => {
    let held = false;
    const { virtual, proven, catchUp } = started({ held: () => held });
    await virtual.run(10_000);
    const whileWell = proven.waitedMaxMs;

    held = true;
    await virtual.run(30_000);
    const whenAwake = proven.waitedMaxMs;
    held = false;
    catchUp();
    await virtual.run(1);

    expect(whileWell).toBeLessThanOrEqual(presets.lan.heartbeatMs / 4);
    expect(whenAwake).toBeGreaterThanOrEqual(30_000);
    expect(proven.waitedMaxMs).toBeLessThanOrEqual(1);
  });

  test('knows it too where the host was suspended, and one of its clocks with it', async () => {
    const { virtual, host, proven } = started();
    await virtual.run(10_000);

    host.freeze();
    await virtual.run(30_000);

    expect(proven.waitedMaxMs).toBeGreaterThanOrEqual(30_000);
  });

  test('nothing has waited for who has only just begun to listen', () => {
    const { proven } = started();

    expect(proven.waitedMaxMs).toBe(0);
  });

  test('stops for good', async () => {
    const { virtual, proven, ticks } = started();
    await virtual.run(1_000);

    proven.stop();
    const before = ticks.length;
    await virtual.run(10_000);

    expect(ticks.length).toBe(before);
    expect(virtual.pending()).toBe(0);
  });
});
