import { expect, test } from 'vitest';
import { fullestMost } from '../../machines/placement/rebalance.ts';
import type { ControllerOptions } from '../../src/controller/controller-options.ts';
import { Cluster } from './support/cluster.ts';

const rebalanceAfterMs = 5_000;
const count = 12;

/** One agent that holds them all, and another one that has just come. */
async function uneven(placement: Partial<Cluster['placement']>, newcomer: object = {}) {
  const cluster = new Cluster({ rebalanceAfterMs });
  cluster.placement = placement;
  await cluster.startController();
  await cluster.startAgent('agent-1');
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push(await cluster.createBound());
  await cluster.startAgent({ id: 'agent-2', ...newcomer });
  return { cluster, ids, held: () => loadsOf(cluster) };
}

const paced: Pick<ControllerOptions, 'rebalance' | 'movesInFlight'> = {
  rebalance: 'paced',
  movesInFlight: 2,
};
// ⌈1.25 × 6⌉ + 1.
const most = fullestMost(count, 2);

const loadsOf = (cluster: Cluster) =>
  cluster.controller.fleet.agents().map(({ boundLoadBalancers }) => boundLoadBalancers);
const ordersIn = (cluster: Cluster) =>
  cluster.sent.filter(({ subject }) => subject.endsWith('.move')).length;

test('a new agent is given what the fullest one has too many of, and not one more', async () => {
  const { cluster, ids, held } = await uneven(paced);

  await cluster.run(rebalanceAfterMs - 1_500);
  const early = held();
  await cluster.until('it is balanced', () => (held()[0] ?? 0) <= most, 20_000);
  for (const id of ids) await cluster.untilSettled(id);
  await cluster.run(30_000);

  expect(early).toEqual([count, 0]);
  expect(held()).toEqual([most, count - most]);
  expect(ordersIn(cluster)).toBe(count - most);
  expect(cluster.steps.filter(({ to }) => to === 'orphaned')).toEqual([]);
  for (const id of ids) expect(cluster.view(id).standby).not.toBeNull();
});

test('without that, nothing moves until an operator asks for it', async () => {
  const { cluster, held } = await uneven({ movesInFlight: 2 });
  await cluster.run(30_000);
  const before = held();
  const planned = cluster.controller.fleet.rebalance().moves.length;

  cluster.controller.fleet.startRebalance();
  await cluster.until('it is balanced', () => (held()[0] ?? 0) <= most, 20_000);
  await cluster.run(30_000);

  expect(before).toEqual([count, 0]);
  expect(planned).toBe(count - most);
  expect(held()).toEqual([most, count - most]);
});

test('another controller goes on where the one that moved is gone', async () => {
  const { cluster, held } = await uneven(paced);
  await cluster.until('it has begun', () => ordersIn(cluster) > 0, 20_000);

  await cluster.restartController();
  await cluster.until('it is balanced', () => (held()[0] ?? 0) <= most, 40_000);
  await cluster.run(30_000);

  expect(held()).toEqual([most, count - most]);
});

test('nothing moves while an agent is suspect, and the reason is told', async () => {
  const { cluster, held } = await uneven({ movesInFlight: 2 });
  cluster.cut('agent-2');
  await cluster.untilAgent('agent-2', 'suspect');

  cluster.controller.fleet.startRebalance();
  const { blocked } = cluster.controller.fleet.rebalance();
  await cluster.run(700);
  const meanwhile = held();
  cluster.heal();
  await cluster.until('it is balanced', () => (held()[0] ?? 0) <= most, 20_000);

  expect(blocked).toBe('agent agent-2 is suspect');
  expect(meanwhile).toEqual([count, 0]);
});

test.each([
  ['is on another zone', { zone: 'south' }, { availability_zone: 'north' }],
  ['has no room', { capacity: 0 }, {}],
])('nothing moves to one that %s', async (_, newcomer, document) => {
  const cluster = new Cluster({ rebalanceAfterMs });
  cluster.placement = paced;
  await cluster.startController();
  await cluster.startAgent({ id: 'agent-1', zone: 'north' });
  for (let index = 0; index < count; index += 1) await cluster.createBound(document);
  await cluster.startAgent({ id: 'agent-2', ...newcomer });

  await cluster.run(30_000);

  expect(loadsOf(cluster)).toEqual([count, 0]);
  expect(ordersIn(cluster)).toBe(0);
});

test('what runs on hosts stays there', async () => {
  const cluster = new Cluster({ rebalanceAfterMs });
  cluster.placement = paced;
  await cluster.startController();
  await cluster.startAgent({ id: 'agent-1', host: 'north', drivers: ['tied'] });
  for (let index = 0; index < count; index += 1) await cluster.createBound({ provider: 'tied' });
  await cluster.startAgent({ id: 'agent-2', host: 'north', drivers: ['tied'] });

  await cluster.run(30_000);

  expect(loadsOf(cluster)).toEqual([count, 0]);
});

test('an order that fails for a reason that nobody foresaw is told, and nothing else suffers', async () => {
  const { cluster, ids, held } = await uneven(paced);
  const { loadBalancers } = cluster.controller;
  const move = loadBalancers.move.bind(loadBalancers);
  let orders = 0;
  loadBalancers.move = (...asked) => {
    orders += 1;
    return orders > 1 ? move(...asked) : Promise.reject(new TypeError('a bug'));
  };

  await cluster.until('it is balanced', () => (held()[0] ?? 0) <= most, 30_000);

  expect(cluster.log.lines.some(({ message }) => message === 'it could not be moved')).toBe(true);
  for (const id of ids) expect(cluster.view(id).binding).not.toBeNull();
});
