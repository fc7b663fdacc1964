import { describe, expect, test } from 'vitest';
import { mailboxMax } from '../../src/host/actor-kind.ts';
import { Cluster } from './support/cluster.ts';

/** A load balancer whose actor has been told all that it can keep, because its record can't be written. */
async function full() {
  const cluster = await Cluster.with(['agent-1']);
  const id = await cluster.createBound();
  // The bucket of bindings has no leader; that of documents has.
  cluster.outages.add('binding');
  for (let edit = 0; edit <= mailboxMax; edit += 1) {
    await cluster.settled(cluster.rename(id, `edit ${edit}`));
  }
  return { cluster, id };
}

describe('a load balancer that was told more than it can keep while its record could not be written', () => {
  test('has the last edit in the end', async () => {
    const { cluster, id } = await full();
    await cluster.settled(cluster.rename(id, 'the last one'));

    cluster.outages.delete('binding');
    await cluster.untilSettled(id, 10_000);

    expect(cluster.appliance().content(id)?.name).toBe('the last one');
  });

  test('is given to somebody else where its holder has died meanwhile', async () => {
    const { cluster, id } = await full();
    cluster.killAgent('agent-1');
    await cluster.untilAgent('agent-1', 'dead', 10_000);

    cluster.outages.delete('binding');
    await cluster.startAgent('agent-2');
    await cluster.untilSettled(id, 10_000);

    expect(cluster.holder(id)).toBe('agent-2');
  });
});
