import { describe, expect, test } from 'vitest';
import type { Clock, MonotonicMs } from '../../machines/ports/clock.ts';
import {
  HealthPush,
  healthPushBytesMax,
  type HealthReport,
  healthReportsMax,
} from '../../machines/protocol/health-messages.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { presets } from '../../machines/timings/timings.ts';
import { MemoryBroker } from '../../src/adapters/memory-bus.ts';
import { HealthPushes } from '../../src/agent/health-pushes.ts';
import { recordingLog } from '../adapters/recording-log.ts';
import { Virtual } from '../host/support/virtual.ts';

const timings = presets.lan;
const { healthGapMs, healthPushMs, healthRefreshMs } = timings;
const idOf = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;

/** `rate`: of the agent's clock, as measured by the true one. */
function setup(rate = 1) {
  const virtual = new Virtual();
  const broker = new MemoryBroker(virtual.clock, { delayMs: () => 0 });
  const bus = broker.connect('agent/agent-1/1');
  const heard: { atMs: number; push: HealthPush }[] = [];
  broker.connect('controller/controller-1').subscribe(subjects.allHealth, ({ data }) => {
    heard.push({ atMs: virtual.time.nowMs, push: HealthPush.parse(JSON.parse(data)) });
  });
  const pushes = new HealthPushes({
    agent: 'agent-1',
    incarnation: () => 1,
    bus,
    clock: rate === 1 ? virtual.clock : clockAt(rate, virtual.clock),
    log: recordingLog(),
    timings,
  });
  const tell = (index: number, given: Partial<HealthReport> = {}, answered = false) =>
    pushes.note({ ...report(index), ...given }, answered);
  /** When each load balancer was told of, and the first word of why. */
  const told = () =>
    heard.flatMap(({ atMs, push }) =>
      push.reports.map(({ loadBalancer, reason }) => [atMs, loadBalancer, reason]),
    );
  return { virtual, bus, pushes, heard, tell, told };
}

function clockAt(rate: number, clock: Clock): Clock {
  return {
    wallMs: () => clock.wallMs(),
    monotonicMs: () => (clock.monotonicMs() * rate) as MonotonicMs,
    setTimer: (delayMs, run) => clock.setTimer(delayMs / rate, run),
    clearTimer: (timer) => clock.clearTimer(timer),
  };
}

function report(index: number): HealthReport {
  const operating = { loadBalancer: 'ONLINE', listeners: {}, pools: {}, members: {} } as const;
  return { loadBalancer: idOf(index), epoch: 1, generation: 1, operating, reason: null };
}

describe('a change of health', () => {
  test('is told at once when it is the first', async () => {
    const { virtual, tell, told } = setup();
    await virtual.run(1_000);

    tell(1, { reason: 'a' });
    await virtual.settleNow();

    expect(told()).toEqual([[1_000, idOf(1), 'a']]);
  });

  test('of the same load balancer waits its gap, and only the newest of several is told', async () => {
    const { virtual, tell, told } = setup();
    for (const reason of ['a', 'b', 'c']) tell(1, { reason });
    await virtual.run(healthGapMs - 1);
    const before = told();

    await virtual.run(1);

    expect(before).toEqual([[0, idOf(1), 'a']]);
    expect(told()).toEqual([...before, [healthGapMs, idOf(1), 'c']]);
  });

  test('that is over before it was told is not told', async () => {
    const { virtual, tell, told } = setup();
    for (const reason of ['a', 'b', 'a']) tell(1, { reason });
    await virtual.run(healthRefreshMs - 1);

    expect(told().length).toBe(1);
  });

  test('of another load balancer waits only until the agent may speak again', async () => {
    const { virtual, tell, told } = setup();
    tell(1);
    tell(2);
    await virtual.run(healthPushMs - 1);
    const before = told().length;

    await virtual.run(1);

    expect(before).toBe(1);
    expect(told().at(-1)).toEqual([healthPushMs, idOf(2), null]);
  });

  test('of many goes with few messages, each of which holds no more than it may', async () => {
    const { virtual, tell, heard } = setup();
    for (let index = 0; index <= 2 * healthReportsMax; index += 1) tell(index);
    await virtual.run(2 * healthPushMs);

    expect(heard.map(({ push }) => push.reports.length)).toEqual([
      1,
      healthReportsMax,
      healthReportsMax,
    ]);
    expect(heard.map(({ push }) => push.sequence)).toEqual([1, 2, 3]);
  });

  test('of a few large ones goes with as many messages as their bytes need', async () => {
    const { virtual, tell, heard } = setup();
    const status = 'ONLINE' as const;
    const count = Math.floor(healthPushBytesMax / 64);
    const members = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [idOf(index), status]),
    );
    const operating = { loadBalancer: status, listeners: {}, pools: {}, members };
    for (const index of [1, 2, 3]) tell(index, { operating });
    await virtual.run(2 * healthPushMs);

    expect(heard.map(({ push }) => push.reports.length)).toEqual([1, 1, 1]);
  });

  test('is told in the end, and only that, by a clock that runs a little slow', async () => {
    const { virtual, tell, told } = setup(0.99);
    const rounds = 300;
    for (let round = 0; round < rounds; round += 1) {
      await virtual.run(round * 1.234_5);
      for (const word of ['first', 'last']) tell(1, { reason: `${word} of ${round}` });
      // A wait that is added to the time when it began may end just before its due time.
      await virtual.run(2 * healthGapMs);
    }

    const last = told().filter(([, , reason]) => String(reason).startsWith('last'));
    expect(new Set(last.map(([, , reason]) => reason)).size).toBe(rounds);
  });

  test('is told within a second, whatever else happens', async () => {
    const { virtual, tell, told } = setup();
    for (let round = 0; round < 20; round += 1) {
      for (let index = 0; index < 50; index += 1) tell(index, { reason: `round ${round}` });
      await virtual.run(50);
    }
    const endedMs = virtual.time.nowMs;
    await virtual.run(1_000);

    const last = told().filter(([, , reason]) => reason === 'round 19');
    expect(last.length).toBe(50);
    expect(Math.max(...last.map(([atMs]) => Number(atMs))) - endedMs).toBeLessThanOrEqual(
      healthGapMs + healthPushMs,
    );
  });
});

describe('what a command is answered with', () => {
  test('goes on record, and is not told once more', async () => {
    const { virtual, tell, told } = setup();
    tell(1, {}, true);
    await virtual.run(healthRefreshMs - 1);

    expect(told()).toEqual([]);
  });

  test('is told all the same where something else was told of the very same generation', async () => {
    const { virtual, tell, told } = setup();
    tell(1, { reason: 'it was killed' });
    tell(1, {}, true);
    await virtual.run(healthGapMs);

    expect(told().map(([, , reason]) => reason)).toEqual(['it was killed', null]);
  });

  test('is newer than what was told of the generation before', async () => {
    const { virtual, tell, told } = setup();
    tell(1, { reason: 'it was killed' });
    tell(1, { generation: 2 }, true);
    await virtual.run(healthRefreshMs - 1);

    expect(told().length).toBe(1);
  });
});

describe('messages may get lost, so', () => {
  test('everything is told again now and then', async () => {
    const { virtual, tell, told } = setup();
    tell(1, {}, true);
    tell(2);
    await virtual.run(healthRefreshMs);

    expect(told().map(([, id]) => id)).toEqual([idOf(2), idOf(1), idOf(2)]);
  });

  test('everything is told again when it is asked for, and not of what is not held any more', async () => {
    const { virtual, pushes, tell, told } = setup();
    tell(1, {}, true);
    tell(2, {}, true);
    pushes.forget(idOf(1));

    pushes.again();
    await virtual.settleNow();

    expect(told().map(([, id]) => id)).toEqual([idOf(2)]);
  });

  test('what could not be sent is sent when that is possible again', async () => {
    const { virtual, bus, pushes, tell, told } = setup();
    bus.disconnect(null);
    tell(1, { reason: 'a' });
    await virtual.run(1_000);
    bus.reconnect();
    pushes.again();
    await virtual.settleNow();

    expect(told()).toEqual([[1_000, idOf(1), 'a']]);
  });

  test('nothing is told any more once the agent has stopped, and no timer is left', async () => {
    const { virtual, pushes, tell, told } = setup();
    tell(1);
    tell(2);
    await virtual.settleNow();

    pushes.stop();
    tell(3);

    expect(virtual.pending()).toBe(0);
    expect(told().length).toBe(1);
  });
});
