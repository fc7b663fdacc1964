import { describe, expect, test } from 'vitest';
import * as subjects from '../../machines/protocol/subjects.ts';
import { Cluster } from './support/cluster.ts';

describe('an edit', () => {
  test('shows PENDING_UPDATE until its device has it, then ACTIVE', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();

    const edited = await cluster.settled(cluster.rename(id, 'new name'));
    await cluster.untilSettled(id);

    expect(edited).toMatchObject({ generation: 2, provisioningStatus: 'PENDING_UPDATE' });
    expect(cluster.view(id)).toMatchObject({ appliedGeneration: 2, provisioningStatus: 'ACTIVE' });
    expect(cluster.done(id)).toEqual(['applied 1/1 by agent-1', 'applied 1/2 by agent-1']);
  });

  test('after another: each has its generation, and the device ends with the last', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();

    const edits = ['one', 'two', 'three', 'four'].map((name) => cluster.rename(id, name));
    const views = await cluster.settled(Promise.all(edits));
    await cluster.untilSettled(id);

    expect(views.map(({ generation }) => generation)).toEqual([2, 3, 4, 5]);
    expect(cluster.view(id)).toMatchObject({ document: { name: 'four' }, appliedGeneration: 5 });
  });

  test.each([
    [
      'pending',
      async (cluster: Cluster, id: string) => {
        cluster.killAgent('agent-1');
        await cluster.untilState(id, 'pending');
      },
    ],
    [
      'rebinding',
      async (cluster: Cluster, id: string) => {
        await cluster.startAgent('agent-2');
        cluster.appliance().trouble.setUnreachable('its cable is out');
        cluster.killAgent('agent-1');
        await cluster.untilState(id, 'rebinding');
      },
    ],
    [
      'bound.applying',
      async (cluster: Cluster, id: string) => {
        cluster.appliance().trouble.setUnreachable('its cable is out');
        await cluster.settled(cluster.rename(id, 'before'));
        await cluster.untilState(id, 'bound.applying');
      },
    ],
    [
      'bound.degraded',
      async (cluster: Cluster, id: string) => {
        cluster.appliance().trouble.refuse(id, 'port 80 is taken');
        await cluster.settled(cluster.rename(id, 'before'));
        await cluster.untilState(id, 'bound.degraded');
      },
    ],
  ] as const)(
    'while %s is accepted, and applied as soon as that is possible',
    async (state, prepare) => {
      const cluster = await Cluster.with(['agent-1']);
      const id = await cluster.createBound();
      await prepare(cluster, id);

      const edited = await cluster.settled(cluster.rename(id, 'meanwhile'));
      cluster.appliance().trouble.setUnreachable(null);
      cluster.appliance().trouble.refuse(id, null);
      if (state === 'pending') await cluster.startAgent('agent-3');
      await cluster.untilSettled(id, 20_000);

      expect(edited.provisioningStatus).toBe('PENDING_UPDATE');
      expect(cluster.view(id)).toMatchObject({
        document: { name: 'meanwhile' },
        provisioningStatus: 'ACTIVE',
      });
    },
  );

  test('that its device refuses shows ERROR in the device’s words, and is tried again', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    cluster.appliance().trouble.refuse(id, 'port 80 is taken');

    await cluster.settled(cluster.rename(id, 'refused'));
    await cluster.untilState(id, 'bound.degraded');
    const refused = cluster.view(id);
    cluster.appliance().trouble.refuse(id, null);
    // Nobody edits it again: the refused configuration is tried again by itself.
    await cluster.untilSettled(id, 2 * cluster.timings.refusalRetryMs);

    expect(refused).toMatchObject({ provisioningStatus: 'ERROR', reason: 'port 80 is taken' });
    expect(cluster.view(id)).toMatchObject({ provisioningStatus: 'ACTIVE', reason: null });
  });

  test('that a device does not take in time shows ERROR with the reason, then ACTIVE', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    cluster.appliance().trouble.setUnreachable('its cable is out');

    await cluster.settled(cluster.rename(id, 'slow'));
    await cluster.run(cluster.timings.placementDeadlineMs + 1_000);
    const overdue = cluster.view(id);
    cluster.appliance().trouble.setUnreachable(null);
    await cluster.untilSettled(id, 60_000);
    // Its agent says so with its next look at the device.
    await cluster.run(2 * cluster.timings.reachMs);

    expect(overdue.provisioningStatus).toBe('ERROR');
    expect(overdue.reason).toContain('its cable is out');
    expect(cluster.view(id)).toMatchObject({ provisioningStatus: 'ACTIVE', reason: null });
  });

  test('that may have waited at a controller that was held up is to be asked again, and changes nothing', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    const operation = { type: 'load-balancer.update', changes: { name: 'too late' } };
    const request = JSON.stringify({ operationId: 'waited', operation });
    const subject = subjects.lb(subjects.shardOf(id, 4), id, 'edit');

    cluster.pause('controller-1');
    const asked = cluster.broker.connect('controller/other').request(subject, request, 10_000);
    await cluster.run(cluster.timings.apiAttemptMs + 500);
    cluster.resume('controller-1');
    const answer = JSON.parse(await cluster.settled(asked)) as object;
    await cluster.settled(cluster.rename(id, 'in time'));

    expect(answer).toMatchObject({ type: 'fault', status: 503, retryAfterSeconds: 0 });
    expect(cluster.view(id)).toMatchObject({ generation: 2, document: { name: 'in time' } });
  });

  test('survives a restart of the controller before its device has it', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    cluster.appliance().trouble.setUnreachable('its cable is out');
    await cluster.settled(cluster.rename(id, 'kept'));

    await cluster.restartController();
    cluster.appliance().trouble.setUnreachable(null);
    await cluster.untilSettled(id, 60_000);

    expect(cluster.view(id)).toMatchObject({ document: { name: 'kept' }, appliedGeneration: 2 });
  });

  test('committed just before the controller died reaches the device all the same', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    const before = cluster.stores.desired.snapshot()[0]!.revision;
    cluster.rename(id, 'last words').catch(() => undefined);
    await cluster.until('it is committed', () => {
      return (cluster.stores.desired.snapshot()[0]?.revision ?? 0) > before;
    });
    cluster.killController();

    await cluster.startController();
    await cluster.untilSettled(id);

    expect(cluster.view(id)).toMatchObject({ document: { name: 'last words' }, generation: 2 });
  });
});
