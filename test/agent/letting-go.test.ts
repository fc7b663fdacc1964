import { describe, expect, test } from 'vitest';
import type { Driver } from '../../drivers/contract/driver.ts';
import type { Residence } from '../../drivers/contract/residence.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';
import { AgentBench } from './support/agent-bench.ts';

const document = loadBalancerDocument();
const { id } = document;

async function serving(change: (driver: Driver) => Driver): Promise<AgentBench> {
  const bench = new AgentBench(change);
  bench.agent.start();
  await bench.reach('serving');
  return bench;
}

const unfenced = (driver: Driver): Driver => ({
  ...driver,
  descriptor: { ...driver.descriptor, fence: 'none' },
});

async function release(bench: AgentBench, epoch: number): Promise<unknown> {
  const order = JSON.stringify({ loadBalancer: id, epoch, device: 'memory' });
  const asked = bench.judge.request(subjects.down('agent-1', 'release'), order, 1_000);
  return JSON.parse(await bench.virtual.settled(asked));
}

describe('what an agent holds', () => {
  test('is let go of for a newer epoch, and forgotten', async () => {
    const bench = await serving(unfenced);
    await bench.command({ loadBalancer: id, document, epoch: 1 });

    const reply = await release(bench, 2);

    expect(reply).toEqual({ type: 'released', epoch: 2 });
    expect(bench.agent.devices().has(id)).toBe(false);
  });

  /** Swarm seed 730158: a deletion was lost, and its end was told of what stands at the device. */
  test('is forgotten where a newer epoch than it is told of was refused by what was removed', async () => {
    const bench = await serving((driver) => driver);
    await bench.command({ loadBalancer: id, document, epoch: 1 });
    await bench.command({
      loadBalancer: id,
      document,
      epoch: 1,
      generation: 4,
      status: 'deleting',
    });
    const refused = await bench.command({ loadBalancer: id, document, epoch: 3, generation: 3 });

    const standing = { loadBalancer: id, epoch: 2, holder: 'nobody' };
    bench.judge.publish(subjects.down('agent-1', 'standing'), JSON.stringify(standing));
    await bench.virtual.run(100);

    expect(refused).toMatchObject({ type: 'fenced', by: { epoch: 1, removed: true } });
    expect(bench.agent.devices().has(id)).toBe(false);
  });

  test('is driven on where a release comes late, which was for an older epoch', async () => {
    const bench = await serving(unfenced);
    // It was here by epoch 1, moved away by 2, and is back.
    await bench.command({ loadBalancer: id, document, epoch: 3 });

    const reply = await release(bench, 2);
    bench.appliance.breakDown(id, 'it died');
    await bench.virtual.until('it runs again', () => bench.appliance.isServed(id), 120_000);

    expect(reply).toEqual({ type: 'released', epoch: 2 });
    expect(bench.agent.devices().get(id)).toBe('active');
  });

  test('is driven on where it was commanded anew while it was let go of', async () => {
    let released: () => void = () => undefined;
    const bench = await serving((driver) => {
      const residence: Residence = {
        inventory: () => Promise.resolve([]),
        recall: () => Promise.resolve(null),
        mend: () => Promise.resolve(),
        // The apply has the lock first, so that this finds a newer epoch, and leaves it alone.
        release: () => new Promise((resolve) => (released = resolve)),
      };
      return { ...driver, residence };
    });
    await bench.command({ loadBalancer: id, document, epoch: 1 });
    const standing = { loadBalancer: id, epoch: 2, holder: 'agent-2', host: 'host-2' };
    bench.judge.publish(subjects.down('agent-1', 'standing'), JSON.stringify(standing));
    await bench.virtual.run(100);

    const reply = await bench.command({ loadBalancer: id, document, epoch: 3 });
    released();
    await bench.virtual.run(1_000);

    expect(reply).toMatchObject({ type: 'applied' });
    expect(bench.agent.devices().get(id)).toBe('active');
  });
});
