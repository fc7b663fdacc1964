import { describe, expect, test } from 'vitest';
import { Cluster } from './support/cluster.ts';

const agents = ['agent-1', 'agent-2', 'agent-3'];

async function clusterOf(count: number) {
  const cluster = await Cluster.with(agents);
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    // Always the same ones, because a load balancer's id decides who is preferred.
    ids.push(await cluster.createBound({ id: `10000000-0000-4000-8000-0000000000${10 + index}` }));
  }
  return { cluster, ids };
}

const heldBy = (cluster: Cluster, ids: readonly string[], agent: string) =>
  ids.filter((id) => cluster.holder(id) === agent);

describe('a cordoned agent', () => {
  test('keeps what it holds, is given nothing new, and stands by for nobody', async () => {
    const { cluster, ids } = await clusterOf(9);
    const before = heldBy(cluster, ids, 'agent-2');
    const stoodBy = ids.filter((id) => cluster.standby(id) === 'agent-2');

    await cluster.settled(cluster.controller.fleet.cordon('agent-2', { draining: false }));
    const more: string[] = [];
    for (let index = 0; index < 6; index += 1) more.push(await cluster.createBound());
    const kept = heldBy(cluster, ids, 'agent-2');

    expect(before.length).toBeGreaterThan(0);
    expect(stoodBy.length).toBeGreaterThan(0);
    expect(kept).toEqual(before);
    for (const id of stoodBy) expect(cluster.standby(id)).not.toBe('agent-2');
    expect(heldBy(cluster, more, 'agent-2')).toEqual([]);
    for (const id of more) expect(cluster.standby(id)).not.toBe('agent-2');
  });

  test('stays so when its controller dies, and when it starts anew', async () => {
    const { cluster } = await clusterOf(0);
    await cluster.settled(cluster.controller.fleet.cordon('agent-2', { draining: false }));

    await cluster.restartController();
    cluster.killAgent('agent-2');
    await cluster.startAgent('agent-2');
    await cluster.untilAgent('agent-2', 'alive');
    const ids: string[] = [];
    for (let index = 0; index < 6; index += 1) ids.push(await cluster.createBound());

    expect(heldBy(cluster, ids, 'agent-2')).toEqual([]);
    const view = cluster.controller.fleet.agents().find(({ id }) => id === 'agent-2');
    expect(view?.cordon).toMatchObject({ draining: false });
  });

  test('takes new ones again once that is taken back', async () => {
    const { cluster } = await clusterOf(0);
    await cluster.settled(cluster.controller.fleet.cordon('agent-2', { draining: false }));
    await cluster.settled(cluster.controller.fleet.cordon('agent-3', { draining: false }));
    await cluster.settled(cluster.controller.fleet.cordon('agent-1', { draining: false }));
    const id = await cluster.create();
    await cluster.run(1_000);
    const { state, reason } = cluster.view(id);

    await cluster.settled(cluster.controller.fleet.uncordon('agent-2'));
    await cluster.untilSettled(id);

    expect(state).toBe('pending');
    expect(reason).toContain('agent-1 is cordoned');
    expect(cluster.holder(id)).toBe('agent-2');
  });

  test('that nobody knows is answered with 404', async () => {
    const { cluster } = await clusterOf(0);

    const asked = cluster.controller.fleet.cordon('agent-9', { draining: true });

    await expect(cluster.settled(asked)).rejects.toMatchObject({ status: 404 });
  });
});

describe('draining an agent', () => {
  test('moves everything away, and the agent lives on without', async () => {
    const { cluster, ids } = await clusterOf(12);

    await cluster.settled(cluster.controller.fleet.cordon('agent-1', { draining: true }));
    await cluster.until('it is empty', () => heldBy(cluster, ids, 'agent-1').length === 0, 5_000);
    for (const id of ids) await cluster.untilSettled(id);

    expect(cluster.stateOf('agent-1')).toBe('alive');
    for (const id of ids) expect(cluster.standby(id)).not.toBe('agent-1');
    expect(cluster.steps.filter(({ to }) => to === 'orphaned')).toEqual([]);
  });

  test('goes on when its controller dies in the middle', async () => {
    const { cluster, ids } = await clusterOf(12);

    await cluster.settled(cluster.controller.fleet.cordon('agent-1', { draining: true }));
    await cluster.restartController();
    await cluster.until('it is empty', () => heldBy(cluster, ids, 'agent-1').length === 0, 5_000);

    for (const id of ids) await cluster.untilSettled(id);
  });

  test('leaves what nobody else can take where it is, until somebody can', async () => {
    const cluster = await Cluster.with([{ id: 'agent-1', host: 'north', drivers: ['tied'] }]);
    const id = await cluster.createBound({ provider: 'tied' });

    await cluster.settled(cluster.controller.fleet.cordon('agent-1', { draining: true }));
    await cluster.run(5_000);
    const meanwhile = [cluster.holder(id), cluster.state(id)];
    await cluster.startAgent({ id: 'agent-2', host: 'north', drivers: ['tied'] });
    await cluster.until('it moved', () => cluster.holder(id) === 'agent-2', 5_000);
    await cluster.untilSettled(id);

    expect(meanwhile).toEqual(['agent-1', 'bound.settled']);
  });

  test('waits while all others are cordoned, and goes on as soon as one of them is open', async () => {
    const { cluster, ids } = await clusterOf(9);
    const theirs = heldBy(cluster, ids, 'agent-1');
    await cluster.settled(cluster.controller.fleet.cordon('agent-2', { draining: false }));
    await cluster.settled(cluster.controller.fleet.cordon('agent-3', { draining: false }));

    await cluster.settled(cluster.controller.fleet.cordon('agent-1', { draining: true }));
    await cluster.run(2_000);
    const stuck = heldBy(cluster, ids, 'agent-1');
    await cluster.settled(cluster.controller.fleet.uncordon('agent-2'));
    await cluster.until('it is empty', () => heldBy(cluster, ids, 'agent-1').length === 0, 5_000);
    for (const id of theirs) await cluster.untilSettled(id);

    expect(theirs.length).toBeGreaterThan(0);
    expect(stuck).toEqual(theirs);
    for (const id of theirs) expect(cluster.holder(id)).toBe('agent-2');
  });

  test('an agent that comes back has its own again until others come, or for good if it is only cordoned', async () => {
    for (const draining of [true, false]) {
      const cluster = await Cluster.with(['agent-1']);
      const id = await cluster.createBound();
      await cluster.settled(cluster.controller.fleet.cordon('agent-1', { draining }));
      cluster.killAgent('agent-1');
      await cluster.untilAgent('agent-1', 'dead');

      await cluster.startAgent('agent-1');
      await cluster.run(5_000);
      const alone = cluster.state(id);
      await cluster.startAgent('agent-2');
      await cluster.run(5_000);

      expect(alone).toBe('bound.settled');
      expect(cluster.state(id)).toBe('bound.settled');
      expect(cluster.holder(id)).toBe(draining ? 'agent-2' : 'agent-1');
    }
  });
});

describe('moving a load balancer', () => {
  test('gives it to the agent that is named, be that its standby or not', async () => {
    const { cluster, ids } = await clusterOf(1);
    const [id = ''] = ids;
    const third = agents.find(
      (agent) => agent !== cluster.holder(id) && agent !== cluster.standby(id),
    )!;

    for (const target of [third, cluster.holder(id), cluster.standby(id)]) {
      await cluster.settled(cluster.controller.loadBalancers.move(id, target));
      await cluster.untilSettled(id);
      expect(cluster.holder(id)).toBe(target);
    }

    expect(cluster.steps.filter(({ to }) => to === 'orphaned')).toEqual([]);
  });

  test('is noticed by its former holder, also if nobody could tell it', async () => {
    const { cluster, ids } = await clusterOf(1);
    const [id = ''] = ids;
    const former = cluster.holder(id);
    const target = agents.find((agent) => agent !== former)!;

    cluster.cut(former);
    await cluster.settled(cluster.controller.loadBalancers.move(id, target));
    await cluster.untilSettled(id);
    cluster.heal();
    const keptAtFirst = cluster.agent(former).devices().has(id);
    await cluster.until('it let go', () => !cluster.agent(former).devices().has(id), 35_000);

    expect(keptAtFirst).toBe(true);
    expect(cluster.stateOf(former)).toBe('alive');
  });

  test('to where it is changes nothing', async () => {
    const { cluster, ids } = await clusterOf(1);
    const [id = ''] = ids;
    const { binding } = cluster.view(id);

    await cluster.settled(cluster.controller.loadBalancers.move(id, cluster.holder(id)));

    expect(cluster.view(id).binding).toEqual(binding);
  });

  test('to where it is bound, which is not on record yet, is to be asked again', async () => {
    const { cluster } = await clusterOf(0);
    cluster.outages.add('binding');
    const id = await cluster.create();
    const holder = () => cluster.controller.owner.host.context(id)?.binding?.agent ?? '';
    await cluster.until('its actor has bound it', () => holder() !== '');

    const early = cluster.controller.loadBalancers.move(id, holder());
    early.catch(() => undefined);
    await cluster.run(cluster.timings.apiTimeoutMs + 1_000);
    cluster.outages.delete('binding');
    await cluster.untilSettled(id);
    await cluster.settled(cluster.controller.loadBalancers.move(id, holder()));

    await expect(early).rejects.toMatchObject({ status: 503 });
    expect(cluster.holder(id)).toBe(holder());
  });

  test.each([
    ['agent-9', /there is no agent agent-9/],
    ['agent-2', /agent-2 is cordoned/],
  ])('to %s is refused with the reason', async (target, words) => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    await cluster.startAgent('agent-2');
    await cluster.settled(cluster.controller.fleet.cordon('agent-2', { draining: false }));

    const asked = cluster.controller.loadBalancers.move(id, target);

    await expect(cluster.settled(asked)).rejects.toMatchObject({ status: 409, message: words });
    expect(cluster.holder(id)).toBe('agent-1');
  });
});
