import { describe, expect, test } from 'vitest';
import { memoryDriver } from '../../drivers/memory/driver.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';
import { Cluster } from './support/cluster.ts';

/** The appliance has lost its tombstones, and serves this again: nobody drives it. */
async function serveAgain(cluster: Cluster, id: string): Promise<void> {
  const appliance = cluster.appliance();
  appliance.halt('it boots');
  appliance.boot('nothing');
  const target = { id, epoch: 1, generation: 1, document: loadBalancerDocument({ id }) };
  await cluster.settled(memoryDriver(appliance, 'somebody').apply(target));
}

// Found by the simulator's device-reboot: an appliance that comes up with what it had saved before a
// removal serves what was deleted, its agents have forgotten that, and no record tells of it.
describe('what a device serves and nobody drives', () => {
  test('is removed where it was deleted for good', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    await cluster.settled(cluster.delete(id));
    await cluster.untilGone(id);

    await serveAgain(cluster, id);
    await cluster.run(cluster.timings.sweepMs + 1_000);

    expect(cluster.appliance().content(id)).toBeNull();
    expect(cluster.appliance().peek(id)?.marker).toMatchObject({ removed: true });
  });

  test('is left alone where no record was ever removed: the store may be another one', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = loadBalancerDocument().id;

    await serveAgain(cluster, id);
    await cluster.run(3 * cluster.timings.sweepMs);

    expect(cluster.appliance().content(id)).not.toBeNull();
  });

  test('is left alone where another agent drives it', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();

    await cluster.run(3 * cluster.timings.sweepMs);

    expect(cluster.done(id)).toHaveLength(1);
  });
});
