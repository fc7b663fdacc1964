import { describe, expect, test } from 'vitest';
import { FencedError } from '../../drivers/contract/errors.ts';
import { namespaces } from '../support/vip/namespaces.ts';
import { VipWorld } from '../support/vip/world.ts';
import { eventually } from './support/eventually.ts';

const leaseMs = 3_000;

/** A load balancer that an agent of host 1 serves, and an agent on host 2 that could. */
async function served(options: object = {}) {
  const world = await VipWorld.create(2);
  const [one, two] = [world.host(1), world.host(2)];
  const agent = await world.driver(one, 'agent-1', options);
  const other = await world.driver(two, 'agent-2', options);
  const target = world.target();
  const { vip_address: vip } = target.document;
  await agent.keep(leaseMs);
  await other.keep(leaseMs);
  await agent.apply(target);
  expect(await world.ask(vip)).toBe('');
  const tables = () => world.run(one, 'nft', 'list', 'tables');
  return { world, one, two, agent, other, target, vip, tables };
}

describe.skipIf(namespaces.why !== null)(
  namespaces.why ?? 'a load balancer that moves to another host as it was told to',
  () => {
    test('fails no request, neither of connections that are kept nor of new ones', async () => {
      const { world, one, two, agent, other, target, vip, tables } = await served();
      const load = await world.load(vip, { keepAlive: 4, fresh: 4 });
      await eventually('some are served', async () => (await load.tally()).served > 100);
      const holders = [
        { agent, host: one },
        { agent: other, host: two },
      ];

      for (const epoch of [2, 3, 4]) {
        const [from, to] = [holders[epoch % 2]!, holders[(epoch + 1) % 2]!];
        await from.agent.release({ id: target.id, epoch });
        expect(await world.has(from.host, vip)).toBe(false);
        await to.agent.apply({ ...target, epoch });
        const { served: before } = await load.tally();
        await eventually('it goes on', async () => (await load.tally()).served > before + 100);
        expect(await world.whoAnswers(vip)).toEqual([to.host.mac]);
      }

      expect((await load.stop()).failures).toEqual({});
      expect(await tables()).toBe('');
      expect(world.site(one, target.id).allProcesses()).toEqual([]);
    });

    test('comes back by a newer epoch only', async () => {
      const { world, agent, target, vip } = await served();

      await agent.release({ id: target.id, epoch: 2 });

      await expect(agent.apply(target)).rejects.toBeInstanceOf(FencedError);
      await agent.apply({ ...target, epoch: 3 });
      expect(await world.ask(vip)).toBe('');
    });

    test('loses its address at once where there is no nft', async () => {
      const { world, one, agent, other, target, vip } = await served({ nft: '/nonexistent/nft' });

      await agent.release({ id: target.id, epoch: 2 });

      expect(await world.has(one, vip)).toBe(false);
      expect(world.site(one, target.id).allProcesses()).toEqual([]);
      await other.apply({ ...target, epoch: 2 });
      expect(await world.ask(vip)).toBe('');
    });

    test('loses its address also where the agent knows nothing of it any more', async () => {
      const { world, one, agent, target, vip } = await served();
      agent.remote.signal('SIGKILL');
      const returned = await world.driver(one, 'agent-1');

      await returned.release({ id: target.id, epoch: 2 });

      expect(await world.has(one, vip)).toBe(false);
      expect(world.site(one, target.id).allProcesses()).toEqual([]);
    });

    test('leaves nothing in the kernel that an agent has begun and could not end', async () => {
      const { world, one, agent, target, tables } = await served();
      const name = `holdfast_${target.id.replaceAll('-', '')}`;
      const strangers = `holdfast_${'0'.repeat(32)}`;
      for (const table of [name, strangers, 'mine']) {
        await world.run(one, 'nft', 'add', 'table', 'inet', table);
      }

      await agent.inventory();

      expect((await tables()).trim().split('\n').toSorted()).toEqual(
        [`table inet ${strangers}`, 'table inet mine'].toSorted(),
      );
    });
  },
);
