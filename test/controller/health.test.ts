import { describe, expect, test } from 'vitest';
import { noTraffic } from '../../machines/health/statistics.ts';
import { Fault } from '../../machines/model/fault.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { checkedWeb } from '../fixtures/documents.ts';
import { Cluster } from './support/cluster.ts';

async function checked(cluster: Cluster) {
  const { document, sick } = checkedWeb();
  const id = await cluster.createBound(document);
  return { id, sick, listener: document.listeners[0]!.id };
}

const shown = (cluster: Cluster, id: string, status: string) =>
  cluster.until(
    `it is shown as ${status}`,
    () => cluster.view(id).operating.loadBalancer === status,
  );

describe('the operating status', () => {
  test('is what the device says, and nothing is written for it', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const { id, sick } = await checked(cluster);
    const before = cluster.stores.binding.snapshot()[0]!.revision;
    const sinceMs = cluster.time.nowMs;

    cluster.appliance().setFailing(id, sick, true);
    await shown(cluster, id, 'DEGRADED');
    const tookMs = cluster.time.nowMs - sinceMs;
    cluster.appliance().setFailing(id, sick, false);
    await shown(cluster, id, 'ONLINE');

    expect(tookMs).toBeLessThan(100);
    expect(cluster.view(id).provisioningStatus).toBe('ACTIVE');
    expect(cluster.stores.binding.snapshot()[0]!.revision).toBe(before);
  });

  test('is ERROR, with the reason, while what runs is dead; and recovers by itself', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();

    cluster.appliance().breakDown(id, 'it was killed');
    await shown(cluster, id, 'ERROR');
    const broken = cluster.view(id);
    await shown(cluster, id, 'ONLINE');

    expect(broken.reason).toBe('it was killed');
    expect(cluster.view(id).reason).toBeNull();
  });

  test('is the same at every controller', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const other = await cluster.startController('controller-2');
    const { id, sick } = await checked(cluster);

    cluster.appliance().setFailing(id, sick, true);
    await shown(cluster, id, 'DEGRADED');

    for (const controller of [other, cluster.controllerOf('controller-1')]) {
      expect(controller.loadBalancers.get(id)?.operating).toEqual(cluster.view(id).operating);
    }
  });

  test('is known to a controller that starts anew, which asks for it', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const { id, sick } = await checked(cluster);
    cluster.appliance().setFailing(id, sick, true);
    await shown(cluster, id, 'DEGRADED');

    await cluster.restartController();
    const sinceMs = cluster.time.nowMs;
    await shown(cluster, id, 'DEGRADED');

    expect(cluster.time.nowMs - sinceMs).toBeLessThan(1_000);
  });

  test('of which the message got lost is told again', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const { id, sick } = await checked(cluster);

    cluster.cut('agent-1');
    cluster.appliance().setFailing(id, sick, true);
    await cluster.run(100);
    cluster.heal();
    await cluster.run(1_000);
    const missed = cluster.view(id).operating.loadBalancer;
    await cluster.run(cluster.timings.healthRefreshMs);

    expect(missed).toBe('ONLINE');
    expect(cluster.view(id).operating.loadBalancer).toBe('DEGRADED');
  });

  test('follows an edit and a change of holders', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const { id, sick } = await checked(cluster);
    const holder = cluster.holder(id);
    cluster.appliance().setFailing(id, sick, true);
    await shown(cluster, id, 'DEGRADED');

    await cluster.settled(cluster.rename(id, 'other'));
    await cluster.untilSettled(id);
    const edited = cluster.view(id).operating.loadBalancer;
    cluster.killAgent(holder);
    await cluster.until('somebody else holds it', () => cluster.holder(id) !== holder);
    await cluster.untilSettled(id);
    const taken = cluster.view(id).operating.loadBalancer;
    cluster.appliance().setFailing(id, sick, false);
    await shown(cluster, id, 'ONLINE');

    expect([edited, taken]).toEqual(['DEGRADED', 'DEGRADED']);
  });

  test('of a process on a host that lost its agent is not taken for granted', async () => {
    const cluster = await Cluster.with([{ id: 'agent-1', drivers: ['tied'] }]);
    const { document } = checkedWeb();
    const id = await cluster.createBound({ ...document, provider: 'tied' });

    cluster.killAgent('agent-1');
    await cluster.untilState(id, 'orphaned');

    const { operating, provisioningStatus } = cluster.view(id);
    expect(provisioningStatus).toBe('ACTIVE');
    expect(operating).toMatchObject({
      loadBalancer: 'DEGRADED',
      listeners: { [document.listeners[0]!.id]: 'DEGRADED' },
    });
  });
});

describe('what somebody says who does not hold it is not shown:', () => {
  const operating = { loadBalancer: 'ERROR', listeners: {}, pools: {}, members: {} } as const;

  /** What `agent` says of the load balancer, with what is given in place of the truth. */
  async function said(
    given: (cluster: Cluster, id: string) => { agent: string; epoch: number; sequence?: number },
  ): Promise<string> {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const { id, sick } = await checked(cluster);
    cluster.appliance().setFailing(id, sick, true);
    await shown(cluster, id, 'DEGRADED');
    const { agent, epoch, sequence = 1_000 } = given(cluster, id);
    const report = { loadBalancer: id, epoch, generation: 1, operating, reason: 'x' };
    const { incarnation } = cluster.agent(agent);
    const push = { agent, incarnation, sequence, reports: [report] };
    cluster.broker
      .connect(`agent/${agent}/9`)
      .publish(subjects.health(agent), JSON.stringify(push));
    await cluster.run(100);
    return cluster.view(id).operating.loadBalancer;
  }

  test.each<[string, string, Parameters<typeof said>[0]]>([
    [
      'the holder itself, which is',
      'ERROR',
      (cluster, id) => ({
        agent: cluster.holder(id),
        epoch: cluster.view(id).binding!.epoch,
      }),
    ],
    [
      'the holder, under an earlier epoch',
      'DEGRADED',
      (cluster, id) => ({
        agent: cluster.holder(id),
        epoch: cluster.view(id).binding!.epoch - 1,
      }),
    ],
    [
      'the holder, late',
      'DEGRADED',
      (cluster, id) => ({
        agent: cluster.holder(id),
        epoch: cluster.view(id).binding!.epoch,
        sequence: 1,
      }),
    ],
    [
      'another agent, under the same epoch',
      'DEGRADED',
      (cluster, id) => ({
        agent: cluster.standby(id),
        epoch: cluster.view(id).binding!.epoch,
      }),
    ],
    [
      'another agent, under an epoch that nobody gave it',
      'DEGRADED',
      (cluster, id) => ({
        agent: cluster.standby(id),
        epoch: 1_000,
      }),
    ],
  ])('%s', async (_, status, given) => {
    expect(await said(given)).toBe(status);
  });

  test('an agent that speaks for another', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const { agent, incarnation, epoch } = cluster.view(id).binding!;
    const report = { loadBalancer: id, epoch, generation: 1, operating, reason: 'x' };
    const push = { agent, incarnation, sequence: 1_000, reports: [report] };
    const impostor = cluster.broker.connect('agent/impostor/1');

    impostor.publish(subjects.health('impostor'), JSON.stringify(push));
    impostor.publish(subjects.health(agent), JSON.stringify({ ...push, reports: [] }));
    await cluster.run(100);

    expect(cluster.view(id).operating.loadBalancer).toBe('ONLINE');
    const warned = cluster.log.lines.filter(({ level }) => level === 'warn');
    expect(warned.map(({ message }) => message)).toEqual([
      'a malformed message was dropped',
      'a malformed message was dropped',
    ]);
  });
});

describe('statistics', () => {
  const refusal = (cluster: Cluster, id: string) =>
    cluster.settled(cluster.controller.loadBalancers.statistics(id)).then(
      () => null,
      (error: unknown) =>
        error instanceof Fault ? { status: error.status, words: error.message } : error,
    );

  test('are read from the device, through the holder, at any controller', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    await cluster.startController('controller-2');
    const { id, listener } = await checked(cluster);
    const counted = { ...noTraffic, total_connections: 3, bytes_in: 10, bytes_out: 20 };
    cluster.appliance().count(listener, counted);

    for (const name of ['controller-1', 'controller-2']) {
      const { loadBalancers } = cluster.controllerOf(name);
      expect(await cluster.settled(loadBalancers.statistics(id))).toEqual({ [listener]: counted });
    }
  });

  test('are all 0 of what was never served', async () => {
    const cluster = await Cluster.with([]);
    const { document } = checkedWeb();
    const id = await cluster.create(document);

    const counted = await cluster.settled(cluster.controller.loadBalancers.statistics(id));

    expect(counted).toEqual({ [document.listeners[0]!.id]: noTraffic });
  });

  test('are refused for now where nobody can tell, with who and why', async () => {
    const cluster = await Cluster.with([{ id: 'agent-1', drivers: ['tied'] }]);
    const { document } = checkedWeb();
    const id = await cluster.createBound({ ...document, provider: 'tied' });
    cluster.appliance('tied', 'host-agent-1').trouble.setUnreachable('its port is down');
    const unread = await refusal(cluster, id);
    cluster.cut('agent-1');
    const silent = await refusal(cluster, id);
    cluster.heal();
    cluster.killAgent('agent-1');
    await cluster.untilState(id, 'orphaned');

    const words = `The statistics of Load Balancer ${id} can't be read now: agent agent-1`;
    expect(unread).toEqual({
      status: 503,
      words: `${words} could not read them: its port is down.`,
    });
    expect(silent).toEqual({ status: 503, words: `${words} did not answer within 2000 ms.` });
    expect(await refusal(cluster, id)).toEqual({ status: 503, words: `${words} is not there.` });
  });
});
