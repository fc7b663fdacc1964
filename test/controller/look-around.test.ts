import { describe, expect, test } from 'vitest';
import type { DriverDescriptor } from '../../drivers/contract/driver.ts';
import { memoryDescriptor } from '../../drivers/memory/driver.ts';
import { lookAround } from '../../src/controller/liveness/look-around.ts';
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

  /** Of whom a judge with such drivers hears that the server of its connection has gone. */
  async function toldOf(agent: string, resolveDriver: (name: string) => DriverDescriptor) {
    const drivers = ['memory', 'other'];
    const cluster = await Cluster.with([{ id: agent, drivers }]);
    const closed: string[] = [];
    const { judge } = cluster.controller;
    const bus = cluster.broker.connect('onlooker');
    lookAround({
      bus,
      clock: cluster.clock,
      timings: cluster.timings,
      resolveDriver,
      judge: { host: judge.host, connectionClosed: (each) => closed.push(each) },
    });
    cluster.busOf(agent).disconnect(null);
    bus.tellServerLost();
    await cluster.run(3 * cluster.timings.reconnectGraceMs);
    return closed;
  }

  const leased = { ...memoryDescriptor, fence: 'lease' } as const;

  test('leaves agents with nothing but leased load balancers to their silence, because a wrong verdict would end those', async () => {
    expect(await toldOf('agent-1', () => leased)).toEqual([]);
  });

  test('does not leave them to it where they drive something else as well, which others can take over at once', async () => {
    const one = (name: string) => (name === 'other' ? memoryDescriptor : leased);

    expect(await toldOf('agent-1', one)).toEqual(['agent-1']);
  });
});
