import { describe, expect, test } from 'vitest';
import { desiredOf, seatsOf } from '../../simulator/evidence/records.ts';
import { Cluster } from './support/cluster.ts';
import { givenTwice } from './support/given-twice.ts';

/** More than anything here has taken. */
const all = 600_000;

const generationOnRecord = (cluster: Cluster): number =>
  desiredOf(cluster.stores.desired.snapshot()[0]?.value ?? '').generation;

/** The record as it is written by whoever knows of nobody that holds it. */
function bornAnew(text: string): string {
  const record = JSON.parse(text) as { snapshot: { context: object } };
  const { context } = record.snapshot;
  const never = { binding: null, standby: null, lastEpoch: 0, host: null, device: null };
  const nowhere = { ...never, appliedEpoch: 0, appliedGeneration: 0 };
  const snapshot = {
    ...record.snapshot,
    value: 'pending',
    context: { ...context, ...nowhere },
    children: {},
  };
  return JSON.stringify({ ...record, write: 'other-1', snapshot });
}

describe('what a store has acknowledged and lost', () => {
  test('is written again by the owner, who still knows it', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    await cluster.settled(cluster.rename(id, 'acknowledged'));
    await cluster.untilSettled(id);
    const before = cluster.view(id);

    cluster.losePower({ desired: all, binding: all });
    await cluster.run(2_000);

    expect(cluster.view(id)).toMatchObject({
      document: { name: 'acknowledged' },
      binding: before.binding,
      lastEpoch: before.lastEpoch,
      state: 'bound.settled',
    });
    expect(generationOnRecord(cluster)).toBe(before.generation);
    expect(cluster.done(id)).toHaveLength(2);
  });

  test('leaves a binding to whoever claims it, above its epoch, where nobody knows it', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const { binding } = cluster.view(id);

    cluster.losePower({ binding: all }, () => cluster.killController());
    await cluster.startController();
    await cluster.untilSettled(id);

    const after = cluster.view(id).binding;
    expect(after?.agent).toBe(binding?.agent);
    expect(after?.epoch).toBeGreaterThan(binding?.epoch ?? 0);
  });

  test.each([
    ['has bound it', false],
    ['has taken it over', true],
  ])(
    'leaves a binding with its holder where somebody was faster who knew less than the owner that %s',
    async (_, isAdopted) => {
      const cluster = await Cluster.with(['agent-1', 'agent-2']);
      const id = await cluster.createBound();
      if (isAdopted) {
        await cluster.restartController();
        await cluster.run(60_000);
      }
      const before = cluster.view(id);
      const holder = cluster.holder(id);
      // So it would be given to anybody else.
      await cluster.settled(cluster.controller.fleet.cordon(holder, { draining: false }));
      const [known] = cluster.stores.binding.snapshot();

      cluster.losePower({ binding: all }, () => {
        const other = cluster.stores.binding.as('other');
        other.create(id, bornAnew(known?.value ?? ''), 'other-1').catch(String);
      });
      await cluster.run(1_000);

      expect(cluster.holder(id)).toBe(holder);
      expect(cluster.view(id).binding?.epoch).toBeGreaterThan(before.lastEpoch);
      expect(cluster.done(id).at(-1)).toContain(holder);
    },
  );

  test('gives no lost epoch to anybody else, where the record was lost while its next write was under way', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    const before = cluster.view(id);
    cluster.outages.add('binding');
    await cluster.settled(cluster.rename(id, 'edited'));
    await cluster.run(100);

    cluster.losePower({ binding: all }, () => cluster.killAgent('agent-1'));
    await cluster.startAgent('agent-2');
    await cluster.run(2 * cluster.timings.suspectAfterMs);
    cluster.outages.delete('binding');

    const named = () => {
      const [record] = cluster.stores.binding.snapshot();
      return record === undefined ? null : seatsOf(record.value).binding;
    };
    await cluster.until('agent-2 is named on record', () => named()?.agent === 'agent-2');

    expect(named()?.epoch).toBeGreaterThan(before.lastEpoch);
  });

  test('leaves the document a generation above the one that the device has', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    await cluster.run(1_000);
    await cluster.settled(cluster.rename(id, 'lost'));
    await cluster.untilSettled(id);
    const { generation } = cluster.view(id);

    cluster.losePower({ desired: 500, binding: 500 }, () => cluster.killController());
    await cluster.startController();
    await cluster.run(2_000);

    expect(cluster.view(id).generation).toBe(generation + 1);
    expect(cluster.appliance().content(id)).toEqual(cluster.view(id).document);
    expect(cluster.view(id).document.name).not.toBe('lost');
  });

  test('lets an edit of a lost generation reach the device all the same', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    await cluster.run(1_000);
    await cluster.settled(cluster.rename(id, 'lost'));
    await cluster.untilSettled(id);

    cluster.losePower({ desired: 500, binding: 500 }, () => cluster.killController());
    await cluster.startController();
    await cluster.settled(cluster.rename(id, 'newer'));
    await cluster.untilSettled(id);
    await cluster.run(2_000);

    expect(cluster.appliance().content(id)?.name).toBe('newer');
  });

  test.each([
    ['', new Set<string>(), true],
    [', also where agents take it from a queue', new Set(['memory']), false],
  ])(
    'lets an edit reach the device that was made before anybody knew of the lost generation%s',
    async (_, queued, dies) => {
      const cluster = new Cluster();
      cluster.queued = queued;
      await cluster.startController();
      for (const agent of ['agent-1', 'agent-2']) await cluster.startAgent(agent);
      const id = await cluster.createBound();
      await cluster.run(1_000);
      await cluster.settled(cluster.rename(id, 'lost'));
      await cluster.untilSettled(id);

      cluster.losePower({ desired: 500, binding: 500 }, () => {
        cluster.killController();
        if (dies) cluster.killAgent(cluster.holder(id));
      });
      cluster.outages.add('desired');
      await cluster.startController();
      const newer = cluster.rename(id, 'newer');
      await cluster.run(3_000);
      cluster.outages.delete('desired');
      await cluster.settled(newer);
      await cluster.run(2_000);

      expect(cluster.appliance().content(id)?.name).toBe('newer');
    },
  );

  test('is asked of a device calmly, until the document can be issued anew', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    await cluster.run(1_000);
    cluster.appliance().trouble.setUnreachable('nobody reaches it');
    await cluster.settled(cluster.rename(id, 'lost'));
    await cluster.run(100);

    cluster.losePower({ desired: 500 }, () => {
      cluster.killController();
      cluster.killAgent(cluster.holder(id));
    });
    cluster.outages.add('desired');
    cluster.appliance().trouble.setUnreachable(null);
    await cluster.startController();
    const before = cluster.sent.length;
    await cluster.run(5_000);
    const commands = cluster.sent
      .slice(before)
      .filter(({ subject, data }) => subject.endsWith('.command') && data.includes(id));
    cluster.outages.delete('desired');
    await cluster.untilSettled(id);
    await cluster.run(2_000);

    expect(commands.length).toBeGreaterThan(0);
    expect(commands.length).toBeLessThan(12);
    expect(cluster.appliance().content(id)).toEqual(cluster.view(id).document);
  });

  test('leaves what a device serves alone, where the creation was lost', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();

    cluster.losePower({ desired: all, binding: all }, () => cluster.killController());
    await cluster.startController();
    await cluster.run(2 * cluster.timings.sweepMs);

    expect(cluster.state(id)).toBeNull();
    expect(cluster.appliance().content(id)).not.toBeNull();
    expect(cluster.agent('agent-1').devices().has(id)).toBe(false);
    expect(cluster.agent('agent-2').devices().has(id)).toBe(false);
  });

  test('does not bring a binding record back whose load balancer was deleted', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    await cluster.run(1_000);
    await cluster.settled(cluster.delete(id));
    await cluster.untilGone(id);

    cluster.losePower({ binding: 500 });
    await cluster.run(2_000);

    expect(cluster.stores.binding.snapshot()).toEqual([]);
  });

  test('is not left over because whoever is asked for the deletion has not heard of it', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    await cluster.run(5_000);
    await cluster.settled(cluster.delete(id));
    await cluster.untilGone(id);
    const line = cluster.stores.desired.line('');
    line.staleMs = 4_000;

    cluster.losePower({ binding: 500 });
    await cluster.run(2_000);
    const meanwhile = cluster.stores.binding.snapshot().map(({ key }) => key);
    line.staleMs = 0;
    await cluster.run(2 * cluster.timings.retryMaxMs);

    expect(meanwhile).toEqual([id]);
    expect(cluster.stores.binding.snapshot()).toEqual([]);
  });

  test('does not take a shard from its owner', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const before = cluster.owned();

    cluster.losePower({ shards: all });
    await cluster.run(2_000);

    expect(cluster.owned()).toEqual(before);
    const owners = cluster.stores.shards.snapshot().map(({ value }) => JSON.parse(value) as object);
    for (const owner of owners) expect(owner).toMatchObject({ owner: 'controller-1' });
    expect(owners).toHaveLength(before.length);
  });
});

test('a load balancer without a binding record is placed, though nobody claims it', async () => {
  const cluster = await Cluster.with(['agent-1', 'agent-2']);
  const id = await cluster.createBound();
  cluster.killAgent(cluster.holder(id));

  cluster.losePower({ binding: all }, () => cluster.killController());
  await cluster.startController();

  await cluster.untilSettled(id);
});

test('nobody is named after an outage before agents had the time to claim what they hold', async () => {
  const cluster = await Cluster.with(['agent-1']);
  const ids = [];
  for (let count = 0; count < 6; count += 1) ids.push(await cluster.createBound());
  await cluster.run(2_000);
  await cluster.startAgent('agent-2');
  await cluster.run(50);
  cluster.killAgent('agent-1');
  await cluster.untilAgent('agent-1', 'dead');
  for (const id of ids) await cluster.untilSettled(id);
  await cluster.startAgent('agent-3');

  cluster.losePower({ binding: 1_500 }, () => cluster.killController());
  await cluster.startController();
  await cluster.run(5_000);

  expect(givenTwice(cluster)).toEqual([]);
  for (const id of ids) await cluster.untilSettled(id);
});
