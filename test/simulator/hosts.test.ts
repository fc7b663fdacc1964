import { describe, expect, test } from 'vitest';
import { presets } from '../../machines/timings/timings.ts';
import type { WorldEvent } from '../../simulator/world/events.ts';
import { VirtualProcess } from '../../simulator/world/process.ts';
import { HostTime, worldBeginsMs } from '../../simulator/world/host-time.ts';
import { ProcessClock, VirtualTime } from '../../simulator/world/virtual-clock.ts';
import { World } from '../../simulator/world/world.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';

/** A host's clock, and a timer that notes the world's time when it goes off. */
function clockOf(host: HostTime, time: VirtualTime) {
  const clock = new ProcessClock(time, 'host', undefined, host);
  const rung: number[] = [];
  const setTimer = (delayMs: number) => clock.setTimer(delayMs, () => rung.push(time.nowMs));
  return { clock, rung, setTimer };
}

function runTo(time: VirtualTime, atMs: number): void {
  for (let event = time.next(atMs); event !== null; event = time.next(atMs)) event.run?.();
  time.jumpTo(atMs);
}

describe("a host's clocks", () => {
  test('a suspended host believes that no time has passed, and its timers wait as long again', () => {
    const time = new VirtualTime();
    const host = new HostTime(time);
    const { clock, rung, setTimer } = clockOf(host, time);
    setTimer(1_000);
    const cleared = setTimer(900);

    runTo(time, 400);
    host.freeze();
    runTo(time, 5_400);
    const asleep = clock.monotonicMs();
    clock.clearTimer(cleared);
    host.thaw();
    runTo(time, 10_000);

    expect(asleep).toBe(400);
    expect(rung).toEqual([6_000]);
    expect(clock.monotonicMs()).toBe(5_000);
    expect(clock.wallMs()).toBe(worldBeginsMs + 10_000);
  });

  test.each([
    [0.8, 1_250],
    [1.25, 800],
  ])('at %d times the rate, a timer of a second goes off after %d ms', (rate, afterMs) => {
    const time = new VirtualTime();
    const host = new HostTime(time);
    const { clock, rung, setTimer } = clockOf(host, time);
    host.setRate(rate);
    setTimer(1_000);

    runTo(time, 2_000);

    expect(rung).toEqual([afterMs]);
    expect(clock.monotonicMs()).toBeCloseTo(2_000 * rate);
  });

  test('a timer that runs when its clock is slowed down is not early by that clock', () => {
    const time = new VirtualTime();
    const host = new HostTime(time);
    const { rung, setTimer } = clockOf(host, time);
    setTimer(1_000);

    runTo(time, 500);
    host.setRate(0.5);
    runTo(time, 2_000);

    expect(rung).toEqual([1_500]);
  });

  test('the wall clock may be off, and the monotonic one is not', () => {
    const time = new VirtualTime();
    const host = new HostTime(time);
    const { clock } = clockOf(host, time);
    host.setWallOffset(-3_600_000);

    runTo(time, 10);

    expect(clock.wallMs()).toBe(worldBeginsMs - 3_600_000 + 10);
    expect(clock.monotonicMs()).toBe(10);
  });
});

describe('a slow host', () => {
  test('takes one piece of work after the other, in their order, and is fast again in the end', () => {
    const time = new VirtualTime();
    const process = new VirtualProcess('p', (delayMs, run) => time.schedule(delayMs, 'p', run));
    const done: [string, number][] = [];
    const work = (name: string) => process.deliver(() => done.push([name, time.nowMs]));

    process.slowDown(() => 10);
    work('a');
    work('b');
    runTo(time, 15);
    work('c');
    runTo(time, 100);
    process.slowDown(null);
    work('d');

    expect(done).toEqual([
      ['a', 10],
      ['b', 20],
      ['c', 30],
      ['d', 100],
    ]);
  });
});

/** One controller, one agent, and somebody who creates a load balancer. */
async function worldOfOne() {
  const world = new World({
    seed: 1,
    timings: presets.lan,
    agents: 1,
    controllers: 1,
    shards: 1,
  });
  const seen: WorldEvent[] = [];
  world.observe((event) => seen.push(event));
  await world.startControllers();
  await world.startAgent('agent-1');
  await world.runUntil(() => world.agent('agent-1')?.state === 'serving', 10_000);
  const document = loadBalancerDocument();
  const create = () =>
    void world
      .controllerHost('controller-1')
      .controller?.loadBalancers.create(document, 'operation-1');
  const commands = () =>
    seen.filter((event) => event.type === 'sent' && event.subject.endsWith('.command')).length;
  const records = () => ({
    desired: world.stores.desired.snapshot().length,
    binding: world.stores.binding.snapshot().length,
  });
  return { world, create, commands, records };
}

describe('a process that dies at a persistence point', () => {
  test.each([
    ['before-persist', 1, { desired: 0, binding: 0 }, 0],
    ['after-persist', 1, { desired: 1, binding: 0 }, 0],
    // A request to the shard's owner, its answer, and then the command to the agent.
    ['after-effect', 3, { desired: 1, binding: 1 }, 1],
  ] as const)('%s %d leaves %o and %d commands', async (point, count, left, sent) => {
    const { world, create, commands, records } = await worldOfOne();
    const host = world.controllerHost('controller-1');

    host.killAt(point, count);
    create();
    await world.run(3_000);

    expect(host.controller).toBeNull();
    expect(records()).toEqual(left);
    expect(commands()).toBe(sent);
  });

  test('is killed once, and finishes after its next start what it had begun', async () => {
    const { world, create } = await worldOfOne();
    const host = world.controllerHost('controller-1');
    host.killAt('after-persist', 2);
    create();
    await world.run(2_000);

    await world.settle(host.start());
    await world.run(5_000);

    expect(host.controller?.loadBalancers.list().map(({ state }) => state)).toEqual([
      'bound.settled',
    ]);
  });
});

test('an agent that lost its disk and whose clock is an hour behind gets in, as a newer incarnation', async () => {
  const { world } = await worldOfOne();
  const host = world.agentHost('agent-1');
  const before = host.agent?.incarnation ?? 0;

  host.kill();
  host.loseDisk();
  host.time.setWallOffset(-3_600_000);
  await world.startAgent('agent-1');
  await world.runUntil(() => host.agent?.state === 'serving', 10_000);

  expect(host.agent?.state).toBe('serving');
  expect(host.agent?.incarnation).toBeGreaterThan(before);
});

describe('a process that is killed', () => {
  test('waits for none of its timers, and those of its next life count', () => {
    const time = new VirtualTime();
    const killed = new ProcessClock(time, 'agent-1');
    const next = new ProcessClock(time, 'agent-1');
    killed.setTimer(1_000, () => {});
    killed.setTimer(2_000, () => {});
    next.setTimer(1_000, () => {});

    killed.stop();

    expect(time.pending()).toEqual(new Map([['agent-1', 1]]));
  });
});

test('an agent that first starts after the server was away takes part', async () => {
  const size = { agents: 1, controllers: 1, shards: 1, queued: true };
  const world = new World({ seed: 1, timings: presets.lan, ...size });
  await world.startControllers();

  world.nats.stop(null);
  await world.run(100);
  world.nats.start();
  await world.run(1_000);
  await world.settle(world.agentHost('agent-1').start());

  const serves = () => world.agent('agent-1')?.state === 'serving';
  expect(await world.runUntil(serves, 5_000)).toBe(true);
});

test.each([
  ['the server is away', (world: World) => world.nats.stop(null)],
  [
    'nothing of it is in reach',
    (world: World) => world.agentHost('agent-1').uplink.bar(world, 'gone'),
  ],
])('an agent that starts while %s reaches no queue either', async (_, part) => {
  const size = { agents: 1, controllers: 1, shards: 1, queued: true };
  const world = new World({ seed: 1, timings: presets.lan, ...size });
  await world.startControllers();
  part(world);

  world.background(world.agentHost('agent-1').start());
  await world.run(100);
  const before = world.queues?.line('agent-1').connected;
  world.nats.start();
  world.agentHost('agent-1').uplink.unbar(world);
  await world.run(1_000);

  expect([before, world.queues?.line('agent-1').connected]).toEqual([false, true]);
});
