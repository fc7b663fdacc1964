import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Seat } from '../../machines/protocol/seat.ts';
import { eventually } from './support/eventually.ts';
import type { Traffic } from './support/traffic.ts';
import { type Made, World } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await World.start({ agents: 2, restart: false });
});

afterAll(() => world.close());

describe('an agent that hangs', () => {
  let made: Made;
  let before: Seat;
  let after: Seat;
  let traffic: Traffic;

  test('loses its load balancer by its silence, while HAProxy goes on serving', async () => {
    made = await world.create('hung');
    before = await world.active(made.id);
    traffic = await world.client(made);

    world.agentProcess(before.agent).kill('SIGSTOP');

    const moved = await world.settles(made.id, 'bound to the other agent', (where) => {
      return where.state === 'bound.settled' && where.binding?.agent !== before.agent;
    });
    after = moved.binding as Seat;
    expect(after.epoch).toBeGreaterThan(before.epoch);
    expect((await world.agent(before.agent)).reason).toMatch(/silent/);
    await traffic.servedAgain(5);
    expect(traffic.failures).toEqual([]);
    expect((await world.marker(made.id)).epoch).toBe(after.epoch);
  });

  test('wakes under a new incarnation, and lets go of what it held', async () => {
    await world.leaveOnly(made, 'backend-1');
    await world.active(made.id);
    expect(await world.journal(before.agent, made.id)).not.toBeNull();

    world.agentProcess(before.agent).kill('SIGCONT');

    await world.agentIs(before.agent, 'alive', before.incarnation);
    await eventually(`${before.agent} has forgotten the load balancer`, async () => {
      return (await world.journal(before.agent, made.id)) === null;
    });
    expect((await world.explain(made.id)).binding).toEqual(after);
  });

  test('does not undo what was changed while it hung', async () => {
    expect(await traffic.answerers()).toEqual(new Set(['backend-1']));
    const { generation, binding } = await world.explain(made.id);
    expect(binding).toEqual(after);
    const marker = await world.marker(made.id);
    expect(marker).toEqual({ epoch: after.epoch, generation, removed: false });
  });

  test('leaves one process that serves, and nobody was ever refused', async () => {
    const [serving] = await eventually('one process is left', async () => {
      const processes = await world.processes(made.id);
      return processes.length === 1 && processes;
    });
    expect(serving).toBeGreaterThan(0);
    expect(traffic.failures).toEqual([]);
  });
});

test('an agent that wakes to find nothing serving does not serve under its old epoch', async () => {
  const made = await world.create('woken');
  const first = await world.active(made.id);
  world.agentProcess(first.agent).kill('SIGSTOP');
  const second = await world.settles(made.id, 'bound to the other agent', (where) => {
    return where.state === 'bound.settled' && where.binding?.agent !== first.agent;
  });
  const successor = second.binding as Seat;

  // Now nobody serves, and the one that may is the one that hangs.
  world.agentProcess(successor.agent).kill('SIGSTOP');
  await world.killProcesses(made.id);
  world.agentProcess(first.agent).kill('SIGCONT');

  await eventually('somebody serves again', async () => {
    const serves = (await world.processes(made.id)).length > 0;
    if (serves) expect((await world.marker(made.id)).epoch).toBeGreaterThan(successor.epoch);
    return serves;
  });
  // It serves by its grant, and the record follows.
  const back = await world.settles(made.id, 'bound to the one that woke', (where) => {
    return where.state === 'bound.settled' && where.binding?.agent === first.agent;
  });
  const third = back.binding as Seat;
  expect(third.incarnation).toBeGreaterThan(first.incarnation);
  expect(third.epoch).toBeGreaterThan(successor.epoch);

  world.agentProcess(successor.agent).kill('SIGCONT');
  await world.agentIs(successor.agent, 'alive', successor.incarnation);
  await eventually(`${successor.agent} has forgotten the load balancer`, async () => {
    return (await world.journal(successor.agent, made.id)) === null;
  });
  expect((await world.explain(made.id)).binding).toEqual(third);
  expect((await world.marker(made.id)).epoch).toBe(third.epoch);
});
