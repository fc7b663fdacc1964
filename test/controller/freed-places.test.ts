import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { shardOf } from '../../machines/protocol/subjects.ts';
import { RandomStream } from '../../simulator/world/random-streams.ts';
import { FreedPlaces, gatheredMs } from '../../src/controller/placement/freed-places.ts';
import { betterSeatMs, offeredAnewMs, Seating } from '../../src/controller/placement/seating.ts';
import { Cluster } from './support/cluster.ts';

const east = 'memory/east';
/** What taking a place needs, once it is offered. */
const bindingMs = 100;

async function remove(cluster: Cluster, id: string): Promise<void> {
  await cluster.settled(cluster.delete(id));
  await cluster.untilGone(id);
}

/** Load balancers until the agent holds one; that one, and the others. */
async function until(cluster: Cluster, agent: string) {
  const others: string[] = [];
  for (;;) {
    const id = await cluster.createBound();
    if (cluster.holder(id) === agent) return { id, others };
    others.push(id);
  }
}

/** Several controllers, and the ids of two load balancers that different ones of them own. */
async function shared(cluster: Cluster): Promise<readonly [string, string]> {
  const all = [cluster.controller];
  for (const name of ['controller-2', 'controller-3'])
    all.push(await cluster.startController(name));
  const owners = () => all.filter((each) => each.ownedShards().length > 0);
  await cluster.until('several own shards', () => owners().length > 1, 10_000);
  const random = new RandomStream(1, 'ids');
  const ofOwner = (at: number): string => {
    for (;;) {
      const id = random.uuid();
      if (owners()[at]?.ownedShards().includes(shardOf(id, 4)) === true) return id;
    }
  };
  return [ofOwner(0), ofOwner(1)];
}

describe('a place that becomes free', () => {
  test('on a full device is taken by what waits', async () => {
    const devices = { [east]: 1 };
    const cluster = await Cluster.with([{ id: 'agent-1', drivers: [east], devices }]);
    const first = await cluster.createBound();
    const second = await cluster.create();
    await cluster.run(1_000);

    await remove(cluster, first);
    await cluster.untilSettled(second, bindingMs);

    expect(cluster.holder(second)).toBe('agent-1');
  });

  test.each([
    ['at a full agent', { id: 'agent-1', capacity: 1 }],
    ['on a full device', { id: 'agent-1', drivers: [east], devices: { [east]: 1 } }],
  ])('%s, in the care of another controller, is taken by what waits', async (_, agent) => {
    const cluster = await Cluster.with([agent]);
    const [here, there] = await shared(cluster);
    const first = await cluster.createBound({ id: there });
    const second = await cluster.create({ id: here });
    await cluster.run(1_000);
    const waiting = cluster.state(second);

    await remove(cluster, first);
    await cluster.untilSettled(second, gatheredMs + bindingMs);

    expect(waiting).toBe('pending');
    expect(cluster.holder(second)).toBe('agent-1');
  });

  test('lets a drain go on that had nowhere to go', async () => {
    const cluster = await Cluster.with([{ id: 'agent-1' }, { id: 'agent-2', capacity: 1 }]);
    const { id: taker } = await until(cluster, 'agent-2');
    const { id: drained } = await until(cluster, 'agent-1');
    await cluster.settled(cluster.controller.fleet.cordon('agent-1', { draining: true }));
    await cluster.run(2_000);
    const meanwhile = cluster.holder(drained);

    await remove(cluster, taker);
    const isMoved = () => cluster.controller.fleet.agents()[1]?.boundLoadBalancers === 1;
    await cluster.until('one has moved', isMoved, betterSeatMs + bindingMs);

    expect(meanwhile).toBe('agent-1');
  });

  test('gives what had no standby one', async () => {
    const cluster = await Cluster.with([{ id: 'agent-1' }, { id: 'agent-2', capacity: 1 }]);
    const { id: taker } = await until(cluster, 'agent-2');
    const id = await cluster.createBound();
    await cluster.run(2_000);
    const before = cluster.view(id).standby;

    await remove(cluster, taker);
    const standby = () => cluster.view(id).standby?.agent;
    await cluster.until('it has one', () => standby() !== undefined, betterSeatMs + bindingMs);

    expect(before).toBeNull();
    expect(standby()).toBe('agent-2');
  });

  test('is offered also where the word of it was missed', async () => {
    const missed = vi.spyOn(FreedPlaces.prototype, 'stepped').mockReturnValue();
    onTestFinished(() => missed.mockRestore());
    const cluster = await Cluster.with([{ id: 'agent-1', capacity: 1 }]);
    const first = await cluster.createBound();
    const second = await cluster.create();

    await remove(cluster, first);
    await cluster.untilSettled(second, offeredAnewMs + 1_000);

    expect(cluster.holder(second)).toBe('agent-1');
  });
});

test('all is offered anew once in that time, and not at every look until then', async () => {
  const cluster = await Cluster.with(['agent-1']);
  await cluster.run(2 * offeredAnewMs);
  const offered = vi.spyOn(Seating.prototype, 'placesChanged');
  onTestFinished(() => offered.mockRestore());

  await cluster.run(3 * offeredAnewMs);

  expect(offered).toHaveBeenCalledTimes(3);
});
