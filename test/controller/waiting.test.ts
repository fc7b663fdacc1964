import { describe, expect, test } from 'vitest';
import { offeredAnewMs } from '../../src/controller/placement/seating.ts';
import { Cluster } from './support/cluster.ts';

describe('a load balancer that nobody can take', () => {
  test('is pending, says why, and is bound the moment an agent appears', async () => {
    const cluster = await Cluster.with([]);
    const id = await cluster.create();
    await cluster.run(10);
    const waiting = cluster.view(id);

    await cluster.startAgent('agent-1');
    const startedAt = cluster.time.nowMs;
    await cluster.untilSettled(id, 100);

    expect(waiting).toMatchObject({
      provisioningStatus: 'PENDING_CREATE',
      reason: 'no agent has registered yet',
      binding: null,
    });
    expect(cluster.time.nowMs - startedAt).toBeLessThan(100);
    expect(cluster.view(id)).toMatchObject({ provisioningStatus: 'ACTIVE', reason: null });
  });

  test('names every agent that can not, and why not', async () => {
    const cluster = await Cluster.with([
      { id: 'agent-1', drivers: ['other'] },
      { id: 'agent-2', zone: 'north' },
      { id: 'agent-3', zone: 'south', capacity: 0 },
    ]);
    const id = await cluster.create({ availability_zone: 'south' });
    await cluster.run(100);

    expect(cluster.view(id)).toMatchObject({
      state: 'pending',
      rejected: [
        { agent: 'agent-1', reason: 'does not run the driver memory (it runs other)' },
        { agent: 'agent-2', reason: 'is in availability zone north, not south' },
        { agent: 'agent-3', reason: 'is full (0 of 0 load balancers)' },
      ],
    });
    expect(cluster.view(id).reason).toContain('no agent can take it: agent-1 does not run');
  });

  test('those that wait are bound in the order of their waiting', async () => {
    const cluster = await Cluster.with([]);
    const ids: string[] = [];
    for (let index = 0; index < 4; index += 1) {
      ids.push(await cluster.create());
      await cluster.run(50);
    }
    cluster.steps.length = 0;

    await cluster.startAgent({ id: 'agent-1', capacity: 2 });
    await cluster.run(100);

    const bound = cluster.steps.filter(({ to }) => to === 'rebinding').map(({ id }) => id);
    expect(bound).toEqual(ids.slice(0, 2));
    expect(ids.map((id) => cluster.state(id))).toEqual([
      'bound.settled',
      'bound.settled',
      'pending',
      'pending',
    ]);
  });

  test('one that nobody can take does not block those behind it', async () => {
    const cluster = await Cluster.with([]);
    const impossible = await cluster.create({ availability_zone: 'nowhere' });
    await cluster.run(50);
    const easy = await cluster.create();

    await cluster.startAgent('agent-1');
    await cluster.untilSettled(easy, 100);

    expect(cluster.state(impossible)).toBe('pending');
  });

  test('takes a place that becomes free', async () => {
    const cluster = await Cluster.with([{ id: 'agent-1', capacity: 1 }]);
    const first = await cluster.createBound();
    const second = await cluster.create();
    await cluster.run(1_000);
    const waiting = cluster.view(second);

    await cluster.settled(cluster.delete(first));
    await cluster.untilGone(first);
    await cluster.untilSettled(second, 200);

    expect(waiting.reason).toContain('is full (1 of 1 load balancers)');
    expect(cluster.holder(second)).toBe('agent-1');
  });

  test('takes a place that becomes free because another one moves away', async () => {
    const cluster = await Cluster.with([{ id: 'agent-1', capacity: 1, zone: 'a' }]);
    const mover = await cluster.createBound();
    const waiting = await cluster.create({ availability_zone: 'a' });
    await cluster.run(100);

    await cluster.startAgent({ id: 'agent-2', zone: 'b' });
    cluster.killAgent('agent-1');
    await cluster.until('the mover is moved', () => cluster.holder(mover) === 'agent-2', 1_000);
    await cluster.startAgent({ id: 'agent-1', capacity: 1, zone: 'a' });
    await cluster.untilSettled(waiting, 200);

    expect(cluster.holder(mover)).toBe('agent-2');
    expect(cluster.holder(waiting)).toBe('agent-1');
  });

  test('has its own place again when its holder, which was full, is back', async () => {
    const cluster = await Cluster.with([{ id: 'agent-1', capacity: 1 }]);
    const id = await cluster.createBound();
    cluster.killAgent('agent-1');
    await cluster.untilState(id, 'pending', 1_000);

    await cluster.startAgent('agent-1');
    await cluster.untilSettled(id, 200);

    expect(cluster.holder(id)).toBe('agent-1');
  });

  test('has its own place again also where its holder comes back with room for less', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const ids = [await cluster.createBound(), await cluster.createBound()];
    cluster.killAgent('agent-1');
    for (const id of ids) await cluster.untilState(id, 'pending', 1_000);

    await cluster.startAgent({ id: 'agent-1', capacity: 1 });
    for (const id of ids) await cluster.untilSettled(id, 200);

    expect(ids.map((id) => cluster.holder(id))).toEqual(['agent-1', 'agent-1']);
  });

  test('is not put on record again and again while nothing changes', async () => {
    const cluster = await Cluster.with([{ id: 'agent-1', capacity: 1 }]);
    await cluster.createBound();
    const id = await cluster.create();
    await cluster.run(1_000);
    const record = () => cluster.settled(cluster.stores.binding.get(id));
    const before = await record();

    // Short of its deadline, which is put on record.
    await cluster.run(2 * offeredAnewMs);

    expect(cluster.state(id)).toBe('pending');
    expect(await record()).toEqual(before);
  });

  test('is deleted at once where everybody who could is full', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const ids = [await cluster.createBound(), await cluster.createBound()];
    cluster.killAgent('agent-1');
    for (const id of ids) await cluster.untilState(id, 'pending', 1_000);
    await cluster.startAgent({ id: 'agent-2', capacity: 1 });
    const taken = () => ids.filter((each) => cluster.state(each) === 'bound.settled');
    await cluster.until('one is taken', () => taken().length === 1, 1_000);
    const id = ids.find((each) => cluster.state(each) === 'pending') ?? '';

    await cluster.settled(cluster.delete(id));
    await cluster.run(1_000);

    expect(cluster.controller.loadBalancers.get(id)).toBeNull();
    expect(cluster.appliance().content(id)).toBeNull();
  });

  test('waits on across a restart of its controller, with the same beginning', async () => {
    const cluster = await Cluster.with([]);
    const id = await cluster.create();
    await cluster.run(2_000);
    const since = cluster.view(id).waitingSinceMs;

    await cluster.restartController();
    await cluster.run(100);
    const restored = cluster.view(id);
    await cluster.startAgent('agent-1');
    // A controller that has just come does not know yet that nobody holds it.
    await cluster.untilSettled(id, cluster.timings.suspectAfterMs);

    expect(since).not.toBeNull();
    expect(restored).toMatchObject({ state: 'pending', waitingSinceMs: since });
  });

  test('shows ERROR with the reason after its deadline, waits on, and becomes ACTIVE', async () => {
    const cluster = await Cluster.with([]);
    const id = await cluster.create();
    await cluster.run(cluster.timings.placementDeadlineMs - 100);
    const before = cluster.view(id).provisioningStatus;
    await cluster.run(200);
    const after = cluster.view(id);

    await cluster.startAgent('agent-1');
    await cluster.untilSettled(id, 100);

    expect(before).toBe('PENDING_CREATE');
    expect(after).toMatchObject({
      state: 'pending',
      provisioningStatus: 'ERROR',
      reason: 'no agent has registered yet',
    });
    expect(cluster.view(id).provisioningStatus).toBe('ACTIVE');
  });

  test('its deadline does not begin anew with a restart of its controller', async () => {
    const cluster = await Cluster.with([]);
    const id = await cluster.create();
    await cluster.run(cluster.timings.placementDeadlineMs - 1_000);

    await cluster.restartController();
    await cluster.run(1_100);

    expect(cluster.view(id).provisioningStatus).toBe('ERROR');
  });

  test('a new edit gives it a new deadline', async () => {
    const cluster = await Cluster.with([]);
    const id = await cluster.create();
    await cluster.run(cluster.timings.placementDeadlineMs + 100);

    await cluster.settled(cluster.rename(id, 'again'));
    await cluster.run(100);

    expect(cluster.view(id).provisioningStatus).toBe('PENDING_CREATE');
    await cluster.run(cluster.timings.placementDeadlineMs);
    expect(cluster.view(id).provisioningStatus).toBe('ERROR');
  });

  test('can be deleted at once: nobody was ever named, so no device holds anything', async () => {
    const cluster = await Cluster.with([]);
    const id = await cluster.create();
    await cluster.run(100);

    await cluster.settled(cluster.delete(id));
    await cluster.run(100);

    expect(cluster.controller.loadBalancers.get(id)).toBeNull();
    expect(cluster.stores.binding.snapshot()).toEqual([]);
    expect(cluster.stores.desired.snapshot()).toEqual([]);
  });
});
