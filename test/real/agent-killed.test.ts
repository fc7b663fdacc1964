import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Seat } from '../../machines/protocol/seat.ts';
import { type Made, World } from './support/world.ts';
import type { Traffic } from './support/traffic.ts';

describe('an agent that is killed, and its HAProxy with it', () => {
  let world: World;
  let made: Made;
  let before: Seat;
  let traffic: Traffic;

  beforeAll(async () => {
    world = await World.start({ agents: 2, restart: true });
    made = await world.create('killed');
    before = await world.active(made.id);
    traffic = await world.client(made);
  });

  afterAll(() => world.close());

  test('is taken over by the other agent, which serves by a process of its own', async () => {
    const processes = await world.processes(made.id);
    world.agentProcess(before.agent).kill('SIGKILL');
    await world.killProcesses(made.id);

    const elsewhere = await world.settles(made.id, 'bound to the other agent', (where) => {
      return where.state === 'bound.settled' && where.binding?.agent !== before.agent;
    });
    expect(elsewhere.binding?.epoch).toBeGreaterThan(before.epoch);
    await traffic.servedAgain(5);
    const now = await world.processes(made.id);
    expect(now).toHaveLength(1);
    expect(processes).not.toContain(now[0]);
    expect((await world.marker(made.id)).epoch).toBe(elsewhere.binding?.epoch);
  });

  test('comes back under a higher incarnation, and what it held stays where it is', async () => {
    const back = await world.agentIs(before.agent, 'alive', before.incarnation);

    expect(back.incarnation).toBeGreaterThan(before.incarnation);
    const now = await world.active(made.id);
    expect(now.agent).not.toBe(before.agent);
    await traffic.servedAgain(5);
  });

  test('takes new load', async () => {
    await world.agentIs(before.agent, 'alive', before.incarnation);

    const holders = new Set<string>();
    for (let n = 1; n <= 8 && !holders.has(before.agent); n += 1) {
      const { id } = await world.create(`new-${n}`);
      holders.add((await world.active(id)).agent);
    }

    expect(holders).toContain(before.agent);
  });

  test('can take back what it lost, when its successor is killed in its turn', async () => {
    const now = await world.active(made.id);

    world.agentProcess(now.agent).kill('SIGKILL');

    const again = await world.settles(made.id, `bound to ${before.agent} again`, (where) => {
      return where.state === 'bound.settled' && where.binding?.agent === before.agent;
    });
    expect(again.binding?.epoch).toBeGreaterThan(now.epoch);
    await traffic.servedAgain(5);
  });
});
