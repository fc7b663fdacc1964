import { describe, expect, test } from 'vitest';
import { Cluster } from './support/cluster.ts';

const hosts = [
  { id: 'agent-1', host: 'north' },
  { id: 'agent-2', host: 'north' },
  { id: 'agent-3', host: 'south' },
];

async function clusterWith(required: boolean) {
  const cluster = new Cluster();
  cluster.placement = { apart: [{ tag: 'web', required }] };
  await cluster.startController();
  for (const agent of hosts) await cluster.startAgent(agent);
  return cluster;
}

const hostOf = (agent: string) => hosts.find(({ id }) => id === agent)?.host;

describe('load balancers of a group', () => {
  test('are bound on different hosts, as long as there are hosts', async () => {
    for (let pair = 0; pair < 5; pair += 1) {
      const cluster = await clusterWith(false);

      const one = await cluster.createBound({ name: `web-${pair}a`, tags: ['web'] });
      const other = await cluster.createBound({ name: `web-${pair}b`, tags: ['web', 'blue'] });

      const on = [one, other].map((id) => hostOf(cluster.holder(id)));
      expect(new Set(on)).toEqual(new Set(['north', 'south']));
    }
  });

  test('share a host where nothing else is left, if that is not forbidden', async () => {
    const cluster = await clusterWith(false);
    const one = await cluster.createBound({ tags: ['web'] });
    const other = await cluster.createBound({ tags: ['web'] });
    const southern = hostOf(cluster.holder(one)) === 'south' ? one : other;

    cluster.killAgent('agent-3');
    await cluster.until('it moved', () => hostOf(cluster.holder(southern)) === 'north', 10_000);
    await cluster.untilSettled(southern);

    expect([one, other].map((id) => hostOf(cluster.holder(id)))).toEqual(['north', 'north']);
  });

  test('where it is required, one waits and says for whom, until there is another host', async () => {
    const cluster = await clusterWith(true);
    const one = await cluster.createBound({ name: 'web-1', tags: ['web'] });
    const other = await cluster.createBound({ name: 'web-2', tags: ['web'] });
    const southern = hostOf(cluster.holder(one)) === 'south' ? one : other;
    const northern = southern === one ? 'web-2' : 'web-1';

    cluster.killAgent('agent-3');
    await cluster.untilState(southern, 'pending');
    const { reason } = cluster.view(southern);
    await cluster.startAgent({ id: 'agent-4', host: 'west' });
    await cluster.untilSettled(southern);

    expect(reason).toContain(`is on host north, which holds ${northern} of the group web`);
    expect(cluster.holder(southern)).toBe('agent-4');
  });

  test('wait no longer once the other one has lost the tag, or is gone', async () => {
    for (const leave of ['untag', 'delete'] as const) {
      const cluster = await clusterWith(true);
      cluster.killAgent('agent-3');
      await cluster.untilAgent('agent-3', 'dead');
      const one = await cluster.createBound({ tags: ['web'] });
      const other = await cluster.create({ tags: ['web'] });
      await cluster.run(2_000);
      const waiting = cluster.state(other);

      if (leave === 'delete') await cluster.settled(cluster.delete(one));
      else {
        const operation = { type: 'load-balancer.update', changes: { tags: [] } } as const;
        const { loadBalancers } = cluster.controller;
        await cluster.settled(loadBalancers.edit(one, operation, cluster.requestId()));
      }
      await cluster.untilSettled(other);

      expect(waiting).toBe('pending');
      expect(hostOf(cluster.holder(other))).toBe('north');
    }
  });

  test('others are placed as ever', async () => {
    const cluster = await clusterWith(true);
    const usual = await Cluster.with(hosts);

    for (let index = 0; index < 8; index += 1) {
      // The same one in both worlds, because a load balancer's id decides who is preferred.
      const id = `10000000-0000-4000-8000-00000000000${index}`;
      await cluster.createBound({ id, tags: ['blue'] });
      await usual.createBound({ id, tags: ['blue'] });
      expect(cluster.holder(id)).toBe(usual.holder(id));
    }
  });
});
