import { describe, expect, test } from 'vitest';
import { Standing, type Strays, StraysReply } from '../../machines/protocol/agent-messages.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { onRecord } from '../../src/controller/services/on-record.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';
import { Cluster } from './support/cluster.ts';
import { fleetView } from './support/fleet-view.ts';

const shards = 4;
const emptyFleet = fleetView();

/** What the judge of agent-1 answers to a question about these. */
async function ask(
  cluster: Cluster,
  loadBalancers: readonly string[],
  also: Pick<Strays, 'epochs' | 'moved'> = {},
) {
  const subject = subjects.up('agent-1', subjects.shardOf('agent-1', shards), 'strays');
  const question = JSON.stringify({ agent: 'agent-1', loadBalancers, ...also });
  const asked = cluster.broker.connect('agent/agent-1/9').request(subject, question, 5_000);
  return StraysReply.parse(JSON.parse(await cluster.settled(asked)));
}

async function takenFrom(cluster: Cluster, agent: string, id: string): Promise<void> {
  cluster.killAgent(agent);
  const seat = () => cluster.controller.owner.host.context(id)?.binding;
  await cluster.until('it is taken over', () => seat()?.agent !== agent);
  await cluster.untilSettled(id);
}

describe('an agent that comes back', () => {
  test('forgets what another agent holds by now', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const first = cluster.holder(id);
    await takenFrom(cluster, first, id);
    const before = cluster.done(id).length;

    const agent = await cluster.startAgent(first);
    await cluster.run(5_000);

    expect(agent.devices().size).toBe(0);
    const told = cluster.sent.filter(({ subject }) => subject === subjects.down(first, 'standing'));
    expect(told.map(({ data }) => Standing.parse(JSON.parse(data)))).toContainEqual(
      expect.objectContaining({ loadBalancer: id, holder: cluster.holder(id) }),
    );
    const beats = cluster.sent.filter(
      ({ from, subject }) => from === first && subject.endsWith('heartbeat'),
    );
    expect(beats.at(-1)?.data).toContain('"claims":[]');
    expect(cluster.done(id)).toHaveLength(before);
  });

  test('is told on which host the holder lives', async () => {
    const cluster = await Cluster.with([
      { id: 'agent-1', host: 'host-a' },
      { id: 'agent-2', host: 'host-b' },
    ]);
    const id = await cluster.createBound();
    const first = cluster.holder(id);
    await takenFrom(cluster, first, id);

    await cluster.startAgent({ id: first, host: first === 'agent-1' ? 'host-a' : 'host-b' });
    await cluster.run(5_000);

    const told = cluster.sent.findLast(
      ({ subject }) => subject === subjects.down(first, 'standing'),
    );
    const host = first === 'agent-1' ? 'host-b' : 'host-a';
    expect(Standing.parse(JSON.parse(told?.data ?? ''))).toMatchObject({ loadBalancer: id, host });
  });
});

describe('which epochs were given', () => {
  test('is told where it is asked for, with all that was committed before', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    await cluster.run(1_000);
    const lastEpoch = cluster.controller.owner.host.context(id)?.lastEpoch;

    const reply = await ask(cluster, [id], { epochs: true });

    // The standby's: it is the newest that was given.
    expect(lastEpoch).toBe(2);
    expect(reply).toEqual({ purged: [], epochs: [{ loadBalancer: id, epoch: 2 }] });
    expect(await ask(cluster, [id])).toEqual({ purged: [] });
  });

  test('is not told of what was deleted, or is not on record', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    await cluster.settled(cluster.delete(id));
    await cluster.untilGone(id);

    const reply = await ask(cluster, [id, loadBalancerDocument().id], { epochs: true });

    expect(reply).toEqual({ purged: [id], epochs: [] });
  });

  test('is not told while it is not known what was committed', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    const { projection, owner } = cluster.controller;
    const behind = { current: () => Promise.resolve(false) };

    const known = onRecord({ projection, owner, loadBalancers: behind }, cluster, emptyFleet);

    expect(await known.epochs([id])).toBeNull();
  });
});

describe('what has moved to other hosts', () => {
  test('is told where it is asked for, and is nothing of what is on no host', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();

    expect(await ask(cluster, [id], { moved: true })).toEqual({ purged: [], moved: [] });
    expect(await ask(cluster, [id])).toEqual({ purged: [] });
  });
});
