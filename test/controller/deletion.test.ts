import { describe, expect, test } from 'vitest';
import { Cluster } from './support/cluster.ts';

/** A load balancer that is to be deleted, which its device has refused for now. */
async function refused(agents: readonly string[]) {
  const cluster = await Cluster.with(agents);
  const id = await cluster.createBound();
  const holder = cluster.holder(id);
  cluster.appliance().trouble.refuseRemoval(id, 'it is in use');
  await cluster.settled(cluster.delete(id));
  await cluster.untilState(id, 'deleting.refused');
  return { cluster, id, holder };
}

describe('a deletion', () => {
  test('ends with a tombstone on the device and no record, the binding’s first', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    const removed: string[] = [];
    for (const bucket of ['desired', 'binding'] as const) {
      cluster.stores[bucket].watch(
        ({ type }) => type === 'removed' && removed.push(bucket),
        () => undefined,
      );
    }

    await cluster.settled(cluster.delete(id));
    const answered = cluster.view(id).provisioningStatus;
    await cluster.untilGone(id);
    await cluster.run(10);

    expect(answered).toBe('PENDING_DELETE');
    expect(removed).toEqual(['binding', 'desired']);
    expect(cluster.done(id)).toEqual(['applied 1/1 by agent-1', 'removed 1/2 by agent-1']);
    expect(cluster.agent('agent-1').devices().size).toBe(0);
  });

  test('R8: while its holder is dead is done by the standby, on its grant', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const [holder, standby] = [cluster.holder(id), cluster.standby(id)];
    cluster.killAgent(holder);

    await cluster.settled(cluster.delete(id));
    await cluster.untilGone(id);

    expect(cluster.done(id)).toEqual([`applied 1/1 by ${holder}`, `removed 2/2 by ${standby}`]);
  });

  test('while nobody can reach its device shows ERROR, goes on trying, and ends', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    cluster.appliance().trouble.setUnreachable('its power is off');
    await cluster.settled(cluster.delete(id));
    await cluster.run(cluster.timings.removalDeadlineMs + 1_000);
    const overdue = cluster.view(id);

    cluster.appliance().trouble.setUnreachable(null);
    await cluster.untilGone(id);

    expect(overdue).toMatchObject({ state: 'deleting.removing', provisioningStatus: 'ERROR' });
    expect(overdue.reason).toContain('its power is off');
  });

  test('without any agent waits for one', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    cluster.killAgent('agent-1');
    await cluster.untilState(id, 'pending');

    await cluster.settled(cluster.delete(id));
    await cluster.run(1_000);
    const waiting = cluster.state(id);
    await cluster.startAgent('agent-2');
    await cluster.untilGone(id);

    expect(waiting).toBe('deleting.waiting');
    expect(cluster.done(id).at(-1)).toBe('removed 2/2 by agent-2');
  });

  test('during a rebinding overtakes it', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    cluster.appliance().trouble.setUnreachable('its cable is out');
    cluster.killAgent(cluster.holder(id));
    await cluster.untilState(id, 'rebinding');

    await cluster.settled(cluster.delete(id));
    cluster.appliance().trouble.setUnreachable(null);
    await cluster.untilGone(id);

    expect(cluster.done(id).at(-1)).toMatch(/^removed 2\/2/);
  });

  test('survives a restart of the controller in the middle', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    cluster.appliance().trouble.setUnreachable('its cable is out');
    await cluster.settled(cluster.delete(id));
    await cluster.run(500);

    await cluster.restartController();
    const state = cluster.state(id);
    cluster.appliance().trouble.setUnreachable(null);
    await cluster.untilGone(id);

    expect(state).toBe('deleting.removing');
  });

  test('whose last step was not taken is finished by the next controller', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    await cluster.settled(cluster.delete(id));
    cluster.outages.add('desired');
    await cluster.until('the binding record is gone', () => {
      return cluster.stores.binding.snapshot().length === 0;
    });

    cluster.killController();
    cluster.outages.clear();
    await cluster.startController();
    await cluster.untilGone(id);

    expect(cluster.stores.desired.snapshot()).toEqual([]);
  });

  test.each(['its standby', 'who has come since'])(
    'that its device has refused goes to %s, not to its holder again, when that one is drained',
    async (who) => {
      const agents = who === 'its standby' ? ['agent-1', 'agent-2'] : ['agent-1'];
      const { cluster, id, holder } = await refused(agents);
      if (who === 'who has come since') await cluster.startAgent('agent-2');

      cluster.appliance().trouble.refuseRemoval(id, null);
      await cluster.settled(cluster.controller.fleet.cordon(holder, { draining: true }));
      await cluster.untilGone(id);

      const other = holder === 'agent-1' ? 'agent-2' : 'agent-1';
      expect(cluster.done(id).at(-1)).toBe(`removed 2/2 by ${other}`);
    },
  );

  test('that its device has refused ends also when its holder loses that device meanwhile', async () => {
    const { cluster, id, holder } = await refused(['agent-1', 'agent-2']);

    cluster.appliance().trouble.refuseRemoval(id, null);
    cluster.appliance().trouble.setCutOff(holder, 'its cable is out');
    await cluster.untilGone(id);

    const other = holder === 'agent-1' ? 'agent-2' : 'agent-1';
    expect(cluster.done(id).at(-1)).toBe(`removed 2/2 by ${other}`);
  });

  test('refuses whatever comes after it', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    cluster.appliance().trouble.setUnreachable('its cable is out');
    await cluster.settled(cluster.delete(id));

    const edited = cluster.rename(id, 'too late');
    const again = cluster.delete(id);

    await expect(cluster.settled(edited)).rejects.toMatchObject({ status: 409 });
    await expect(cluster.settled(again)).rejects.toMatchObject({ status: 409 });
  });

  test('leaves nothing that a late claim could bring back', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const [holder, standby] = [cluster.holder(id), cluster.standby(id)];
    const former = cluster.agent(holder);
    cluster.cut(holder);
    await cluster.until('it moved', () => cluster.holder(id) === standby);
    await cluster.settled(cluster.delete(id));
    await cluster.untilGone(id);

    cluster.heal();
    await cluster.until('the former holder forgot it', () => !former.devices().has(id));

    expect(cluster.stores.binding.snapshot()).toEqual([]);
    expect(cluster.done(id).at(-1)).toMatch(/^removed/);
  });
});
