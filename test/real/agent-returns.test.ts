import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Seat } from '../../machines/protocol/seat.ts';
import type { Traffic } from './support/traffic.ts';
import { type Made, World } from './support/world.ts';

/** What is kept of one load balancer on the host. */
const file = (world: World, id: string, name: string) =>
  join(world.directory, 'host', 'haproxy', id, name);

describe('the only agent of a host, killed and started again', () => {
  let world: World;
  let made: Made;
  let before: Seat;
  let traffic: Traffic;
  let processes: readonly number[];

  beforeAll(async () => {
    world = await World.start({ agents: 1, restart: true });
    made = await world.create('stays');
    before = await world.active(made.id);
    traffic = await world.client(made);
    processes = await world.processes(made.id);
  });

  afterAll(() => world.close());

  test('goes on with the process that it had: no request fails, and nothing moves', async () => {
    world.agentProcess(before.agent).kill('SIGKILL');
    await world.agentIs(before.agent, 'alive', before.incarnation);
    const after = await world.settles(made.id, 'bound under the new incarnation', (where) => {
      const incarnation = where.binding?.incarnation ?? 0;
      return where.state === 'bound.settled' && incarnation > before.incarnation;
    });
    await traffic.servedAgain(20);

    expect(after.binding?.agent).toBe(before.agent);
    expect((await world.marker(made.id)).epoch).toBe(after.binding?.epoch);
    expect(await world.processes(made.id)).toEqual(processes);
    expect(traffic.failures).toEqual([]);
  });

  test('looks after it although no controller answers, and needs neither pid file nor journal', async () => {
    const known = await world.active(made.id);
    world.stack.controller.kill('SIGSTOP');
    world.agentProcess(before.agent).kill('SIGKILL');
    await rm(file(world, made.id, 'pid'));
    await rm(join(world.directory, 'host', 'agents', before.agent, 'journal.jsonl'));
    await world.logged(`"epoch":${known.epoch}`, 'taken up again');
    expect(await world.processes(made.id)).toEqual(processes);
    expect(traffic.failures).toEqual([]);

    await world.killProcesses(made.id);
    await traffic.servedAgain(20);

    expect(await world.processes(made.id)).toHaveLength(1);
    expect((await world.marker(made.id)).epoch).toBe(known.epoch);
    world.stack.controller.kill('SIGCONT');
    await world.agentIs(before.agent, 'alive', known.incarnation);
    expect((await world.active(made.id)).agent).toBe(before.agent);
  });
});

describe('an agent whose load balancer was taken over by another of its host', () => {
  let world: World;
  let made: Made;
  let traffic: Traffic;

  beforeAll(async () => {
    world = await World.start({ agents: 2, restart: true });
    made = await world.create('taken');
    await world.active(made.id);
    traffic = await world.client(made);
  });

  afterAll(() => world.close());

  test('comes back, and leaves alone what belongs to the other', async () => {
    const before = await world.active(made.id);
    const processes = await world.processes(made.id);

    world.agentProcess(before.agent).kill('SIGKILL');
    const taken = await world.settles(made.id, 'bound to the other agent', (where) => {
      return where.state === 'bound.settled' && where.binding?.agent !== before.agent;
    });
    await world.agentIs(before.agent, 'alive', before.incarnation);
    await world.forgets(before.agent, made.id);
    await traffic.servedAgain(20);

    expect(await world.processes(made.id)).toEqual(processes);
    expect((await world.active(made.id)).agent).toBe(taken.binding?.agent);
    expect(await world.marker(made.id)).toMatchObject({ epoch: taken.binding?.epoch });
    expect(traffic.failures).toEqual([]);
  });

  test('has a marker that was damaged meanwhile made anew from the records', async () => {
    const before = await world.active(made.id);
    const processes = await world.processes(made.id);

    world.agentProcess(before.agent).kill('SIGKILL');
    await writeFile(file(world, made.id, 'marker.json'), 'not a marker');
    await world.agentIs(before.agent, 'alive', before.incarnation);
    const after = await world.settles(made.id, 'bound above what was given', (where) => {
      return where.state === 'bound.settled' && (where.binding?.epoch ?? 0) > before.epoch;
    });
    await traffic.servedAgain(20);

    expect((await world.marker(made.id)).epoch).toBe(after.binding?.epoch);
    expect(await world.processes(made.id)).toEqual(processes);
    expect(traffic.failures).toEqual([]);
  });
});
