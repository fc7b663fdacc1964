import { describe, expect, test } from 'vitest';
import { Cluster } from './support/cluster.ts';

const tied = { drivers: ['tied'] };

describe('a load balancer that can not leave its host', () => {
  test('stays orphaned until an agent of its host is alive, and says so', async () => {
    const cluster = await Cluster.with([
      { id: 'agent-1', host: 'north', ...tied },
      { id: 'agent-2', host: 'south', ...tied },
    ]);
    const id = await cluster.createBound({ provider: 'tied' });
    const home = cluster.holder(id) === 'agent-1' ? 'north' : 'south';
    const elsewhere = home === 'north' ? 'south' : 'north';

    cluster.killAgent(cluster.holder(id));
    await cluster.untilState(id, 'orphaned');
    await cluster.run(60_000);
    const orphaned = cluster.view(id);
    await cluster.startAgent({ id: 'agent-3', host: elsewhere, ...tied });
    await cluster.run(1_000);
    const still = cluster.state(id);
    await cluster.startAgent({ id: 'agent-4', host: home, ...tied });
    await cluster.untilSettled(id, 200);

    expect(orphaned).toMatchObject({
      state: 'orphaned',
      provisioningStatus: 'ACTIVE',
      standby: null,
      operating: { loadBalancer: 'DEGRADED' },
    });
    expect(orphaned.reason).toContain(
      `no agent on host ${home}, which it can't leave, can take it`,
    );
    expect(still).toBe('orphaned');
    expect(cluster.holder(id)).toBe('agent-4');
    expect(cluster.done(id, cluster.appliance('tied', elsewhere))).toEqual([]);
  });

  test('is taken over by a second agent of the same host', async () => {
    const cluster = await Cluster.with([
      { id: 'agent-1', host: 'north', ...tied },
      { id: 'agent-2', host: 'north', ...tied },
      { id: 'agent-3', host: 'south', ...tied },
    ]);
    const ids: string[] = [];
    for (let index = 0; index < 6; index += 1) {
      ids.push(await cluster.createBound({ provider: 'tied' }));
    }
    const id = ids.find((each) => cluster.holder(each) !== 'agent-3')!;
    const [holder, standby] = [cluster.holder(id), cluster.standby(id)];

    cluster.killAgent(holder);
    await cluster.until('it moved', () => cluster.holder(id) === standby, 1_000);
    await cluster.untilSettled(id);

    expect(new Set([holder, standby])).toEqual(new Set(['agent-1', 'agent-2']));
    expect(cluster.done(id, cluster.appliance('tied', 'north')).at(-1)).toBe(
      `applied 2/1 by ${standby}`,
    );
  });

  test('comes back under its own agent, in place', async () => {
    const cluster = await Cluster.with([{ id: 'agent-1', host: 'north', ...tied }]);
    const id = await cluster.createBound({ provider: 'tied' });
    cluster.killAgent('agent-1');
    await cluster.untilState(id, 'orphaned');

    await cluster.startAgent('agent-1');
    await cluster.untilSettled(id, 200);

    expect(cluster.holder(id)).toBe('agent-1');
    expect(cluster.view(id).operating.loadBalancer).toBe('ONLINE');
  });

  test('can be deleted while it is orphaned: removed as soon as its host is back', async () => {
    const cluster = await Cluster.with([{ id: 'agent-1', host: 'north', ...tied }]);
    const id = await cluster.createBound({ provider: 'tied' });
    cluster.killAgent('agent-1');
    await cluster.untilState(id, 'orphaned');

    await cluster.settled(cluster.delete(id));
    await cluster.run(1_000);
    const waiting = cluster.state(id);
    await cluster.startAgent('agent-1');
    await cluster.untilGone(id);

    expect(waiting).toBe('deleting.waiting');
    expect(cluster.done(id, cluster.appliance('tied', 'north')).at(-1)).toMatch(/^removed/);
  });
});

describe('an agent with several drivers', () => {
  test('takes load balancers of each of them', async () => {
    const cluster = await Cluster.with([{ id: 'agent-1', drivers: ['memory', 'other', 'tied'] }]);

    const memory = await cluster.createBound();
    const other = await cluster.createBound({ provider: 'other' });
    const here = await cluster.createBound({ provider: 'tied' });

    expect(cluster.done(memory)).toHaveLength(1);
    expect(cluster.done(other, cluster.appliance('other'))).toHaveLength(1);
    expect(cluster.done(here, cluster.appliance('tied', 'host-agent-1'))).toHaveLength(1);
  });

  test('hands over each to who drives it', async () => {
    const cluster = await Cluster.with([{ id: 'agent-1', drivers: ['memory', 'other'] }]);
    const memory = await cluster.createBound();
    const other = await cluster.createBound({ provider: 'other' });
    await cluster.startAgent({ id: 'agent-2', drivers: ['memory'] });
    await cluster.startAgent({ id: 'agent-3', drivers: ['other'] });

    cluster.killAgent('agent-1');
    await cluster.until(
      'both moved',
      () => {
        return cluster.holder(memory) === 'agent-2' && cluster.holder(other) === 'agent-3';
      },
      2_000,
    );
    await cluster.untilSettled(memory);
    await cluster.untilSettled(other);
  });

  test('offers only those whose device it reaches, and the others when it does', async () => {
    const cluster = await Cluster.with([]);
    cluster.appliance('other').trouble.setUnreachable('its cable is out');
    await cluster.startAgent({ id: 'agent-1', drivers: ['memory', 'other'] });

    const id = await cluster.create({ provider: 'other' });
    await cluster.run(1_000);
    const waiting = cluster.view(id);
    cluster.appliance('other').trouble.setUnreachable(null);
    await cluster.untilSettled(id, 10_000);

    expect(waiting).toMatchObject({
      state: 'pending',
      rejected: [{ agent: 'agent-1', reason: 'does not reach the device other: its cable is out' }],
    });
    expect(cluster.holder(id)).toBe('agent-1');
  });

  test('an unknown provider is refused at once', async () => {
    const cluster = await Cluster.with(['agent-1']);

    const created = cluster.create({ provider: 'nobodys' });

    await expect(created).rejects.toMatchObject({
      status: 400,
      message: "Provider 'nobodys' is not enabled.",
    });
  });
});
