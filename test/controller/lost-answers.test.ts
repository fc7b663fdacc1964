import { expect, test } from 'vitest';
import * as subjects from '../../machines/protocol/subjects.ts';
import { Cluster } from './support/cluster.ts';

/** One that has moved from an agent which has died since, and how often that one was told who holds it. */
async function moved() {
  const cluster = await Cluster.with(['agent-1', 'agent-2']);
  const id = await cluster.createBound();
  await cluster.run(10_000);
  const former = cluster.holder(id);
  cluster.killAgent(former);
  await cluster.until('it has moved', () => cluster.holder(id) !== former);
  await cluster.untilSettled(id);
  const subject = subjects.down(former, 'standing');
  const told = () =>
    cluster.sent.filter((each) => each.subject === subject && each.data.includes(id)).length;
  return { cluster, former, told };
}

/**
 * Rough-week seed 67455: a store had lost a failover, and its owner had heard of that. It told the former holder, which
 * was just back and served, who held it by that failover; another controller took the shard over, and knew of none.
 */
test('a claim is not answered by what the store has lost, until that is on record again', async () => {
  const { cluster, former, told } = await moved();
  const before = told();

  cluster.outages.add('binding');
  cluster.losePower({ binding: 5_000 });
  await cluster.run(1_000);
  await cluster.startAgent(former);
  await cluster.run(3 * cluster.timings.heartbeatMs);
  const meanwhile = told();
  cluster.outages.delete('binding');
  await cluster.until('it is told', () => told() > before);

  expect(meanwhile).toBe(before);
});

test('nor before it is known, after the connection was lost, what is still on record', async () => {
  const { cluster, former, told } = await moved();
  const before = told();
  const line = cluster.stores.binding.line('');

  line.disconnect();
  await cluster.startAgent(former);
  await cluster.run(3 * cluster.timings.heartbeatMs);
  const meanwhile = told();
  line.connect();
  await cluster.until('it is told', () => told() > before);

  expect(meanwhile).toBe(before);
});
