import { describe, expect, test } from 'vitest';
import { desiredOf } from '../../simulator/evidence/records.ts';
import { Cluster } from './support/cluster.ts';

/** More than anything here has taken. */
const all = 600_000;

const onRecord = (cluster: Cluster) =>
  desiredOf(cluster.stores.desired.snapshot()[0]?.value ?? '').document;

describe('a document whose newest revision the store has lost', () => {
  test('is written again, although no watch had told of it', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    await cluster.run(1_000);
    cluster.stores.desired.line('').goBlind();
    const edit = cluster.rename(id, 'acknowledged').catch(() => undefined);
    await cluster.run(100);
    expect(onRecord(cluster).name).toBe('acknowledged');

    cluster.losePower({ desired: 500 });
    await cluster.settled(edit);
    await cluster.run(1_000);

    expect(onRecord(cluster).name).toBe('acknowledged');
  });

  test('is not written over somebody else who was given its number', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const { desired } = cluster.stores;
    await cluster.run(1_000);
    const [before] = desired.snapshot();
    const known = desiredOf(before?.value ?? '');
    const document = { ...known.document, description: 'theirs' };
    const theirs = { ...known, write: 'theirs', generation: known.generation + 1, document };
    await cluster.settled(cluster.rename(id, 'lost'));
    desired.line('').lag(50);

    cluster.losePower({ desired: 500 });
    const other = desired.as('other');
    await cluster.settled(
      other.update(id, JSON.stringify(theirs), before?.revision ?? 0, theirs.write),
    );
    const edit = cluster.rename(id, 'newest').catch(() => undefined);
    await cluster.run(5_000);
    await cluster.settled(edit);

    expect(onRecord(cluster)).toMatchObject({ name: 'newest', description: 'theirs' });
  });
});

describe('an agent whose newest incarnation the store has lost', () => {
  test('is known as the one as which it registers next, though revisions go back', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    await cluster.startController('controller-2');
    for (const id of ['agent-1', 'agent-2', 'agent-1', 'agent-2']) {
      cluster.killAgent(id);
      await cluster.startAgent(id);
    }
    await cluster.run(2_000);

    cluster.losePower({ liveness: all }, () => {
      cluster.killController();
      cluster.killAgent('agent-1');
      cluster.killAgent('agent-2');
    });
    await cluster.startAgent('agent-1');
    await cluster.startAgent('agent-2');
    await cluster.run(5_000);

    const known = cluster.controllerOf('controller-2').fleet.agents();
    expect(known.map(({ incarnation }) => incarnation)).toEqual([
      cluster.agent('agent-1').incarnation,
      cluster.agent('agent-2').incarnation,
    ]);
  });

  test('loses its seats with its next start', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const holder = cluster.holder(id);
    await cluster.run(2_000);
    cluster.killAgent(holder);
    await cluster.startAgent(holder);
    await cluster.run(100);
    const { binding, standby } = cluster.view(id);
    const lost = cluster.agent(holder).incarnation;
    expect([binding, standby]).toContainEqual(expect.objectContaining({ incarnation: lost }));

    cluster.losePower({ liveness: 500 }, () => {
      cluster.killController();
      cluster.killAgent(holder);
    });
    await cluster.startController();
    await cluster.startAgent(holder);
    await cluster.run(5_000);

    const after = cluster.view(id);
    expect([after.binding, after.standby]).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ incarnation: cluster.agent(holder).incarnation }),
      ]),
    );
  });
});
