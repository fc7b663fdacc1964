import { expect, test } from 'vitest';
import { flapsAllowed } from '../../machines/liveness/flaps.ts';
import { Cluster } from './support/cluster.ts';

const timings = { flapWindowMs: 120_000, flapQuietMs: 30_000 };

/** A fleet of which this one dies and comes back, so often that it flaps. */
async function flapping(agent: string, fleet: readonly string[]) {
  const cluster = await Cluster.with(fleet, timings);
  await flap(cluster, agent, flapsAllowed + 1);
  return cluster;
}

async function flap(cluster: Cluster, agent: string, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    cluster.killAgent(agent);
    await cluster.untilAgent(agent, 'dead');
    await cluster.startAgent(agent);
  }
}

const shown = (cluster: Cluster, agent: string) =>
  cluster.controller.fleet.agents().find(({ id }) => id === agent);

async function seatsOf(cluster: Cluster, count: number): Promise<ReadonlySet<string>> {
  const seats = new Set<string>();
  for (let index = 0; index < count; index += 1) {
    const id = await cluster.createBound();
    seats.add(cluster.holder(id)).add(cluster.standby(id));
  }
  return seats;
}

test('an agent that dies again and again is given nothing new, and says why', async () => {
  const cluster = await flapping('agent-2', ['agent-1', 'agent-2', 'agent-3']);

  const seats = await seatsOf(cluster, 6);

  expect(seats).toEqual(new Set(['agent-1', 'agent-3']));
  expect(shown(cluster, 'agent-2')).toMatchObject({
    state: 'alive',
    flapping: { times: flapsAllowed + 1, reason: /has come back from death 4 times: until \d{4}-/ },
  });
});

test('it is trusted again when it has been quiet, also if its judge is replaced meanwhile', async () => {
  const cluster = await flapping('agent-2', ['agent-1', 'agent-2', 'agent-3']);

  await cluster.run(timings.flapQuietMs / 2);
  await cluster.restartController();
  await cluster.run(timings.flapQuietMs / 2 - 5_000);
  const meanwhile = await seatsOf(cluster, 3);
  await cluster.until('it is trusted', () => shown(cluster, 'agent-2')?.flapping === null, 10_000);
  const seats = await seatsOf(cluster, 6);

  expect(meanwhile).toEqual(new Set(['agent-1', 'agent-3']));
  expect(seats).toContain('agent-2');
});

test('an operator trusts it earlier', async () => {
  const cluster = await flapping('agent-2', ['agent-1', 'agent-2', 'agent-3']);

  await cluster.settled(cluster.controller.fleet.trust('agent-2'));
  const seats = await seatsOf(cluster, 6);

  expect(shown(cluster, 'agent-2')?.flapping).toBeNull();
  expect(seats).toContain('agent-2');
});

test('it serves where nobody else can, and stands by until somebody better comes', async () => {
  const cluster = await flapping('agent-2', ['agent-1', 'agent-2']);
  const id = await cluster.createBound();
  const alone = [cluster.holder(id), cluster.standby(id)];

  await cluster.startAgent('agent-3');
  await cluster.until('agent-3 stands by', () => cluster.view(id).standby?.agent === 'agent-3');
  cluster.killAgent('agent-1');
  cluster.killAgent('agent-3');
  await cluster.until('it moved', () => cluster.view(id).binding?.agent === 'agent-2', 10_000);
  await cluster.untilSettled(id);

  expect(alone).toEqual(['agent-1', 'agent-2']);
});

test('what it held is taken over as ever, and comes back to nobody but by need', async () => {
  const cluster = await Cluster.with(['agent-1', 'agent-2', 'agent-3'], timings);
  await flap(cluster, 'agent-1', flapsAllowed);
  const ids: string[] = [];
  for (let index = 0; index < 6; index += 1) ids.push(await cluster.createBound());
  const held = ids.filter((id) => cluster.holder(id) === 'agent-1');
  expect(held.length).toBeGreaterThan(0);

  await flap(cluster, 'agent-1', 1);
  for (const id of held) {
    await cluster.until('it moves', () => cluster.view(id).binding?.agent !== 'agent-1');
  }
  for (const id of ids) await cluster.untilSettled(id);

  for (const id of held) expect(cluster.holder(id)).not.toBe('agent-1');
  for (const id of ids) expect(cluster.standby(id)).not.toBe('agent-1');
});

test('what can leave its host nowhere has it again at once, in place', async () => {
  const tied = { id: 'agent-1', host: 'north', drivers: ['tied'] };
  const cluster = await Cluster.with([tied], timings);
  const id = await cluster.createBound({ provider: 'tied' });

  await flap(cluster, 'agent-1', flapsAllowed + 1);
  await cluster.untilSettled(id, 1_000);

  expect(shown(cluster, 'agent-1')?.flapping).not.toBeNull();
  expect(cluster.holder(id)).toBe('agent-1');
});

test.each(['cordoned', 'drained'])(
  'it takes from a queue what only a holder could have beside it who is %s',
  async (how) => {
    const cluster = new Cluster(timings);
    cluster.queued = new Set(['memory']);
    await cluster.startController();
    await cluster.startAgent('agent-1');
    const id = await cluster.createBound();
    await cluster.startAgent('agent-2');
    await flap(cluster, 'agent-2', flapsAllowed + 1);

    const cordon = { draining: how === 'drained' };
    await cluster.settled(cluster.controller.fleet.cordon('agent-1', cordon));
    // The holder has no question open any more that it had asked the queue before.
    const memory = { driver: 'memory', device: 'memory' };
    await cluster.until('one asks', () => cluster.queues.look(memory).idle === 1);
    await cluster.settled(cluster.rename(id, 'edited'));
    await cluster.untilSettled(id, timings.flapQuietMs / 3);

    expect(shown(cluster, 'agent-2')?.flapping).not.toBeNull();
    expect(cluster.holder(id)).toBe('agent-2');
  },
);
