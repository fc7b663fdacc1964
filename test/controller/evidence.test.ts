import { describe, expect, test } from 'vitest';
import { Cluster } from './support/cluster.ts';

describe('evidence of death: a closed connection', () => {
  test('and nobody listening, twice across the grace: dead', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const killedAt = cluster.time.nowMs;
    cluster.killAgent('agent-1');

    await cluster.untilAgent('agent-1', 'suspect');
    await cluster.run(cluster.timings.reconnectGraceMs - 20);
    const early = cluster.stateOf('agent-1');
    await cluster.untilAgent('agent-1', 'dead', 100);

    expect(early).toBe('suspect');
    expect(cluster.time.nowMs - killedAt).toBeGreaterThanOrEqual(cluster.timings.reconnectGraceMs);
    expect(cluster.time.nowMs - killedAt).toBeLessThan(cluster.timings.reconnectGraceMs + 50);
    const [agent] = cluster.controller.fleet.agents();
    expect(agent?.reason).toBe('crashed: its connection was closed and nobody listens');
  });

  test('a quick reconnect within the grace is no death', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const holder = cluster.holder(id);
    const bus = cluster.busOf(holder);

    bus.disconnect('Read Error');
    await cluster.run(cluster.timings.reconnectGraceMs - 50);
    const meanwhile = cluster.stateOf(holder);
    bus.reconnect();
    await cluster.untilAgent(holder, 'alive', 2_000);

    expect(meanwhile).toBe('suspect');
    expect(cluster.holder(id)).toBe(holder);
    expect(cluster.view(id).lastEpoch).toBe(2);
  });

  test.each(['Stale Connection', 'Slow Consumer', 'Server Shutdown'])(
    "'%s' is no evidence",
    async (reason) => {
      const cluster = await Cluster.with(['agent-1']);
      cluster.busOf('agent-1').disconnect(reason);

      await cluster.run(cluster.timings.suspectAfterMs - 600);

      expect(cluster.stateOf('agent-1')).toBe('alive');
    },
  );

  test('of a stranger, or under a wrong name, is nobody’s death', async () => {
    const cluster = await Cluster.with(['agent-1']);
    for (const name of ['agent/agent-1', 'agent/agent-9/1', 'agent/agent-1/x', 'curious', '']) {
      await cluster.settled(cluster.broker.connect(name).close());
    }
    // The right name, claimed by another connection: asked, the agent itself answers.
    await cluster.settled(cluster.broker.connect('agent/agent-1/1').close());
    await cluster.run(2_000);

    expect(cluster.stateOf('agent-1')).toBe('alive');
    expect(cluster.steps.filter(({ to }) => to === 'dead')).toEqual([]);
  });
});

describe('evidence of death: silence', () => {
  test('suspects, then declares, by the timings', async () => {
    const cluster = await Cluster.with(['agent-1']);
    await cluster.run(5_000);
    const cutAt = cluster.time.nowMs;
    cluster.cut('agent-1');

    await cluster.untilAgent('agent-1', 'suspect');
    const suspectMs = cluster.time.nowMs - cutAt;
    await cluster.untilAgent('agent-1', 'dead');
    const deadMs = cluster.time.nowMs - cutAt;

    const { suspectAfterMs, deadAfterMs, heartbeatMs } = cluster.timings;
    expect(suspectMs).toBeGreaterThanOrEqual(suspectAfterMs - heartbeatMs);
    expect(suspectMs).toBeLessThanOrEqual(suspectAfterMs + heartbeatMs);
    expect(deadMs).toBeGreaterThanOrEqual(deadAfterMs - heartbeatMs);
    expect(deadMs).toBeLessThanOrEqual(deadAfterMs + heartbeatMs);
    expect(cluster.controller.fleet.agents()[0]?.reason).toContain('silent');
  });

  test('shorter than that is forgiven', async () => {
    const cluster = await Cluster.with(['agent-1']);
    await cluster.run(5_000);
    cluster.cut('agent-1');
    await cluster.untilAgent('agent-1', 'suspect');

    cluster.heal();
    await cluster.untilAgent('agent-1', 'alive', 1_000);

    expect(cluster.controller.fleet.agents()[0]?.reason).toBeNull();
  });

  test('a judge that was deaf declares nobody', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    await cluster.run(2_000);
    cluster.cut('controller-1');

    await cluster.run(60_000);
    cluster.heal();
    await cluster.run(5_000);

    expect(cluster.steps.filter(({ to }) => to === 'dead')).toEqual([]);
    expect(cluster.stateOf('agent-1')).toBe('alive');
  });

  test('a judge that lost its connection declares nobody', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    await cluster.run(2_000);
    const bus = cluster.busOf('controller-1');
    bus.disconnect('Stale Connection');

    await cluster.run(60_000);
    bus.reconnect();
    await cluster.run(5_000);

    expect(cluster.steps.filter(({ to }) => to === 'dead')).toEqual([]);
    expect(cluster.stateOf('agent-2')).toBe('alive');
  });

  test('a judge that was asleep declares nobody', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    await cluster.run(2_000);
    cluster.pause('controller-1');

    await cluster.run(60_000);
    cluster.resume('controller-1');
    await cluster.run(5_000);

    expect(cluster.steps.filter(({ to }) => to === 'dead')).toEqual([]);
    expect(cluster.stateOf('agent-1')).toBe('alive');
  });

  test('a new judge hears everybody anew before it declares', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    cluster.cut('agent-1');
    await cluster.untilAgent('agent-1', 'suspect');

    await cluster.restartController();
    const startedAt = cluster.time.nowMs;
    await cluster.untilAgent('agent-1', 'dead');

    expect(cluster.time.nowMs - startedAt).toBeGreaterThanOrEqual(cluster.timings.deadAfterMs);
    expect(cluster.stateOf('agent-2')).toBe('alive');
  });
});

describe('a verdict', () => {
  test('is final: the dead incarnation is told so, and comes back under a higher one', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const [old, next] = [cluster.holder(id), cluster.standby(id)];
    const agent = cluster.agent(old);
    const before = agent.incarnation;
    cluster.cut(old);
    await cluster.until('it moved', () => cluster.holder(id) === next);

    cluster.heal();
    await cluster.untilAgent(old, 'alive', 5_000);
    await cluster.run(2_000);

    expect(agent.incarnation).toBeGreaterThan(before);
    expect(agent.state).toBe('serving');
    expect(agent.devices().has(id)).toBe(false);
    expect(cluster.holder(id)).toBe(next);
    expect(cluster.controller.counters.unexpected + agent.counters.unexpected).toBe(0);
  });

  test('outlives its judge: the next one tells the same', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const { incarnation } = cluster.agent('agent-1');
    cluster.cut('agent-1');
    await cluster.untilAgent('agent-1', 'dead');
    await cluster.restartController();

    const reply = cluster.controller.judge.heartbeat({
      agent: 'agent-1',
      incarnation,
      sequence: 1,
      leased: true,
      claims: [],
    });

    expect(reply).toMatchObject({ type: 'ended', incarnation });
  });

  test('a second process under the same id ends the first', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    const first = cluster.agent('agent-1');
    const before = first.incarnation;

    const second = await cluster.launchAgent({ id: 'agent-1' });
    await cluster.until('the second serves', () => second.state === 'serving');
    const { judge } = cluster.controller;
    const reply = judge.heartbeat({
      agent: 'agent-1',
      incarnation: before,
      sequence: 999,
      leased: true,
      claims: [],
    });

    expect(second.incarnation).toBeGreaterThan(before);
    expect(reply).toEqual({
      type: 'ended',
      incarnation: second.incarnation,
      reason: 'a newer incarnation of this agent has registered',
    });
  });

  test('waits for the registration’s commit: nobody is placed on what is not on record', async () => {
    const cluster = await Cluster.with([]);
    const id = await cluster.create();
    cluster.outages.add('liveness');
    const agent = await cluster.launchAgent({ id: 'agent-1' });

    await cluster.run(1_000);
    const beat = {
      agent: 'agent-1',
      incarnation: agent.incarnation,
      sequence: 1,
      leased: true,
      claims: [],
    };
    const acknowledged = cluster.controller.judge.heartbeat(beat);
    const meanwhile = { agent: agent.state, loadBalancer: cluster.state(id) };
    cluster.outages.clear();
    await cluster.untilSettled(id);

    expect(meanwhile).toEqual({ agent: 'registering', loadBalancer: 'pending' });
    expect(acknowledged).toEqual({ type: 'unknown' });
  });
});

describe('a goodbye', () => {
  test('hands everything over while the agent still serves, then retires it', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2', 'agent-3']);
    const ids: string[] = [];
    for (let index = 0; index < 6; index += 1) ids.push(await cluster.createBound());
    const leaving = cluster.agent('agent-1');

    await cluster.settled(leaving.stop());
    await cluster.run(1_000);

    expect(leaving.state).toBe('stopped');
    expect(cluster.stateOf('agent-1')).toBe('retired');
    for (const id of ids) {
      expect(cluster.holder(id)).not.toBe('agent-1');
      expect(cluster.state(id)).toBe('bound.settled');
    }
  });

  test('that nobody can take over waits for its time, and no longer', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    const startedAt = cluster.time.nowMs;

    await cluster.settled(cluster.agent('agent-1').stop());

    const tookMs = cluster.time.nowMs - startedAt;
    expect(tookMs).toBeGreaterThanOrEqual(cluster.timings.goodbyeMs);
    expect(tookMs).toBeLessThan(cluster.timings.goodbyeMs + 1_000);
    expect(cluster.holder(id)).toBe('agent-1');
  });

  test('is finished when somebody appears who can', async () => {
    const cluster = await Cluster.with(['agent-1']);
    const id = await cluster.createBound();
    const leaving = cluster.agent('agent-1').stop();
    await cluster.untilAgent('agent-1', 'draining');

    await cluster.startAgent('agent-2');
    await cluster.settled(leaving);
    await cluster.untilSettled(id);

    expect(cluster.holder(id)).toBe('agent-2');
    expect(cluster.stateOf('agent-1')).toBe('retired');
  });

  test('takes no new load balancers', async () => {
    const cluster = await Cluster.with(['agent-1']);
    await cluster.createBound();
    const leaving = cluster.agent('agent-1').stop();
    await cluster.untilAgent('agent-1', 'draining');

    const id = await cluster.create();
    await cluster.run(100);

    expect(cluster.view(id)).toMatchObject({
      state: 'pending',
      rejected: [{ agent: 'agent-1', reason: 'is draining' }],
    });
    await cluster.settled(leaving);
  });

  test('of an agent that comes back: it is alive again, under a new incarnation', async () => {
    const cluster = await Cluster.with(['agent-1', 'agent-2']);
    await cluster.settled(cluster.agent('agent-1').stop());
    await cluster.untilAgent('agent-1', 'retired');
    cluster.killAgent('agent-1');

    await cluster.startAgent('agent-1');

    expect(cluster.stateOf('agent-1')).toBe('alive');
  });
});
