import { expect, test } from 'vitest';
import { Cluster } from './support/cluster.ts';

test('an agent that is stopped for good while it is to be restarted leaves, and what it holds moves', async () => {
  const cluster = await Cluster.with(['agent-1', 'agent-2']);
  const ids: string[] = [];
  while (!ids.some((id) => cluster.holder(id) === 'agent-1')) ids.push(await cluster.createBound());
  // The order takes as long as its judge's record, which waits for the election of a leader.
  cluster.outages.add('liveness');
  const order = cluster.controller.fleet.restart('agent-1', null).catch(() => undefined);
  await cluster.until('it is waited for', () => cluster.stateOf('agent-1') === 'restarting');

  const stopping = cluster.agent('agent-1').stop();
  await cluster.run(1_000);
  cluster.outages.delete('liveness');
  await cluster.settled(stopping);
  await cluster.settled(order);

  expect(cluster.stateOf('agent-1')).toBe('retired');
  expect(ids.map((id) => cluster.holder(id))).not.toContain('agent-1');
});
