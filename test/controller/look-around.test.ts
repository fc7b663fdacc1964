import { describe, expect, test } from 'vitest';
import { lookAround } from '../../src/controller/look-around.ts';
import { memoryDescriptor } from '../../drivers/memory/driver.ts';
import { Cluster } from './support/cluster.ts';

/** The server of an agent's connection is killed, which tells nobody of it. */
function loseServer(cluster: Cluster, agent: string): void {
  cluster.busOf(agent).disconnect(null);
  cluster.busOf('controller-1').tellServerLost();
}

describe('a NATS server of a cluster that has gone', () => {
  test('and an agent with it: dead after three times the grace, long before its silence tells', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const holder = cluster.holder(id);
    const lostAt = cluster.time.nowMs;
    loseServer(cluster, holder ?? '');
    cluster.killAgent(holder ?? '');

    await cluster.untilAgent(holder ?? '', 'dead', 2_000);

    const tookMs = cluster.time.nowMs - lostAt;
    expect(tookMs).toBeGreaterThanOrEqual(3 * cluster.timings.reconnectGraceMs);
    expect(tookMs).toBeLessThan(3 * cluster.timings.reconnectGraceMs + 50);
  });

  test('is nobody’s death who finds another one in time', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    loseServer(cluster, 'agent-1');

    await cluster.run(3 * cluster.timings.reconnectGraceMs - 50);
    cluster.busOf('agent-1').reconnect();
    await cluster.untilAgent('agent-1', 'alive', 2_000);
    await cluster.run(cluster.timings.deadAfterMs);

    expect(cluster.stateOf('agent-1')).toBe('alive');
    expect(cluster.controller.fleet.agents().find(({ id }) => id === 'agent-1')?.reason).toBeNull();
  });

  test('leaves agents with leased load balancers to their silence, because a wrong verdict would end those', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const closed: string[] = [];
    const { judge } = cluster.controller;
    const bus = cluster.broker.connect('onlooker');
    lookAround({
      bus,
      clock: cluster.clock,
      timings: cluster.timings,
      resolveDriver: () => ({ ...memoryDescriptor, fence: 'lease' }),
      judge: { host: judge.host, connectionClosed: (agent) => closed.push(agent) },
    });

    cluster.busOf('agent-1').disconnect(null);
    bus.tellServerLost();
    await cluster.run(3 * cluster.timings.reconnectGraceMs);

    expect(closed).toEqual([]);
  });
});
