import { expect, test } from 'vitest';
import { networkPartition } from '../../simulator/faults/network-partition.ts';
import { presets } from '../../machines/timings/timings.ts';
import { World } from '../../simulator/world/world.ts';

const everybody = ['controller-1', 'controller-2', 'agent-1', 'agent-2'];

/** A world whose processes only listen; tells who hears whom. */
function quietWorld() {
  const world = new World({ seed: 1, timings: presets.lan, agents: 2, controllers: 2, shards: 1 });
  const heard: string[] = [];
  const buses = new Map(
    everybody.map((id) => [id, world.network.broker.connect(`process/${id}`)] as const),
  );
  for (const [id, bus] of buses) {
    bus.subscribe('hello', ({ data }) => {
      if (data !== id) heard.push(`${data} > ${id}`);
    });
  }
  return {
    world,
    async hearsays() {
      heard.length = 0;
      for (const [id, bus] of buses) bus.publish('hello', id);
      await world.run(100);
      return heard.toSorted();
    },
  };
}

const pairs = (from: readonly string[], to: readonly string[]) =>
  from.flatMap((a) => to.filter((b) => b !== a).map((b) => `${a} > ${b}`));

const side = ['agent-1', 'controller-1'];
const rest = ['agent-2', 'controller-2'];
const within = [...pairs(side, side), ...pairs(rest, rest)];

test.each([
  { variant: 'both ways', heard: within },
  { variant: 'one way', heard: [...within, ...pairs(rest, side)] },
  // The first one of the rest is controller-2.
  {
    variant: 'bridge',
    heard: [...within, ...pairs(['controller-2'], side), ...pairs(side, ['controller-2'])],
  },
])('a partition, $variant: nobody else is kept from hearing', async ({ variant, heard }) => {
  const { world, hearsays } = quietWorld();
  const fault = { kind: 'network-partition', atMs: 0, forMs: 1, target: side.join(' '), variant };

  networkPartition.start(world, fault);
  expect(await hearsays()).toEqual(heard.toSorted());

  networkPartition.stop(world, fault);
  expect(await hearsays()).toEqual(pairs(everybody, everybody).toSorted());
});

test('of all messages, the given share gets lost', async () => {
  const { world, hearsays } = quietWorld();
  const all = everybody.length * (everybody.length - 1);

  world.network.lose(0.5);
  const heard: number[] = [];
  for (let round = 0; round < 50; round += 1) heard.push((await hearsays()).length);
  const share = heard.reduce((sum, count) => sum + count, 0) / (50 * all);
  expect(share).toBeGreaterThan(0.4);
  expect(share).toBeLessThan(0.6);

  world.network.lose(0);
  expect(await hearsays()).toHaveLength(all);
});
