import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Seat } from '../../machines/protocol/seat.ts';
import { presets } from '../../machines/timings/timings.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { eventually } from './support/eventually.ts';
import type { Traffic } from './support/traffic.ts';
import { type Made, World } from './support/world.ts';

let world: World;
let made: Made;
let before: Seat;
let traffic: Traffic;

beforeAll(async () => {
  world = await World.start({ agents: 2, restart: false });
  made = await world.create('outage');
  before = await world.active(made.id);
  traffic = await world.client(made);
});

afterAll(() => world.close());

/** Longer than any agent may be silent while its judge hears well. */
async function outage(): Promise<void> {
  const sinceMs = systemClock.monotonicMs();
  const { deadAfterMs, leaseMs } = presets.local;
  await eventually('the outage is longer than a lease', () => {
    return systemClock.monotonicMs() - sinceMs > deadAfterMs + leaseMs;
  });
}

test('a NATS server that is killed takes no traffic with it, and what is known can be read', async () => {
  process.kill(world.stack.nats.pid(), 'SIGKILL');
  await world.stack.nats.ended();

  await outage();

  await traffic.servedAgain(5);
  expect(traffic.failures).toEqual([]);
  expect((await world.explain(made.id)).binding).toEqual(before);
});

test('an edit that is made meanwhile is committed when NATS is back', async () => {
  const edited = world.leaveOnly(made, 'backend-1');
  await world.stack.nats.restart();
  await edited;

  expect(await world.active(made.id)).toEqual(before);
  expect(await traffic.answerers()).toEqual(new Set(['backend-1']));
});

test('nothing has moved because of it', async () => {
  const steps = await world.steps(made.id);

  expect(steps).not.toContain('bound.settled → orphaned');
  expect(steps.filter((step) => step.endsWith('rebinding'))).toHaveLength(1);
  for (const id of world.stack.agents.keys()) {
    expect(await world.agent(id)).toMatchObject({ state: 'alive', reason: null });
  }
  expect(traffic.failures).toEqual([]);
});

test('the other agent still takes over when the first one dies afterwards', async () => {
  world.agentProcess(before.agent).kill('SIGKILL');

  const moved = await world.settles(made.id, 'bound to the other agent', (where) => {
    return where.state === 'bound.settled' && where.binding?.agent !== before.agent;
  });
  expect(moved.binding?.epoch).toBeGreaterThan(before.epoch);
  expect(traffic.failures).toEqual([]);
});

test('a server that is killed and started at once loses no record', async () => {
  const created = await Promise.all(['one', 'two', 'three'].map((name) => world.create(name)));

  await world.stack.nats.restart('SIGKILL');

  for (const { id } of created) await world.active(id);
});
