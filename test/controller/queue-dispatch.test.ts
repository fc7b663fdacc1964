import { describe, expect, test } from 'vitest';
import { ticketsAtOnce } from '../../src/agent/work-desk.ts';
import { takeTimeoutMs } from '../../machines/timings/timings.ts';
import { type AgentSpec, Cluster } from './support/cluster.ts';

const memory = { driver: 'memory', device: 'memory' };

async function queued(agents: readonly (string | AgentSpec)[]): Promise<Cluster> {
  const cluster = new Cluster();
  cluster.queued = new Set(['memory']);
  await cluster.startController();
  for (const agent of agents) await cluster.startAgent(agent);
  return cluster;
}

/** By then whoever is cordoned has no question open any more that it had asked the queue before. */
const untilIdle = (cluster: Cluster, agents: number) =>
  cluster.until(`${agents} ask for tickets`, () => cluster.queues.look(memory).idle === agents);

/** The epochs that its appliance accepted for a load balancer, each with its generation. */
const accepted = (cluster: Cluster, id: string) =>
  cluster
    .appliance()
    .log.filter(({ lb, kind }) => lb === id && kind !== 'refused')
    .map(({ epoch, generation }) => `${epoch}/${generation}`);

describe('a load balancer that agents take from a queue', () => {
  test('is bound to one that is free, has no standby, and leaves no ticket behind', async () => {
    const cluster = await queued(['agent-1', 'agent-2']);

    const id = await cluster.createBound();
    await cluster.run(1_000);

    expect(['agent-1', 'agent-2']).toContain(cluster.holder(id));
    expect(cluster.view(id).standby).toBeNull();
    expect(cluster.queues.look(memory)).toMatchObject({ waiting: 0, taken: 0, idle: 2 });
  });

  test('is queued anew with each edit, served meanwhile, and taken once for all that came together', async () => {
    const cluster = await queued(['agent-1', 'agent-2']);
    const id = await cluster.createBound();

    const edits = ['a', 'b', 'c'].map((name) => cluster.rename(id, name));
    await cluster.until('it is queued', () => cluster.state(id) === 'bound.queued');
    const waiting = cluster.view(id);
    for (const edit of edits) await cluster.settled(edit);
    await cluster.untilSettled(id);

    expect(waiting.provisioningStatus).toBe('PENDING_UPDATE');
    expect(waiting.reason).toBe('waits in the queue of its device for a free agent');
    expect(accepted(cluster, id).at(-1)).toMatch(/\/4$/);
    expect(cluster.view(id)).toMatchObject({ provisioningStatus: 'ACTIVE', reason: null });
  });

  test('waits with the reason where nobody takes from its queue, and is taken as soon as somebody does', async () => {
    const cluster = await queued([{ id: 'agent-1', drivers: ['other'] }]);

    const id = await cluster.create();
    await cluster.run(1_000);
    const waiting = cluster.view(id);
    await cluster.startAgent('agent-2');
    await cluster.untilSettled(id, 3_000);

    expect(waiting).toMatchObject({ state: 'pending' });
    expect(waiting.reason).toBe(
      'no agent can take it: agent-1 does not run the driver memory (it runs other)',
    );
    expect(cluster.holder(id)).toBe('agent-2');
  });

  test('is taken by another one at once when its worker dies with the ticket in hand', async () => {
    const cluster = await queued(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    cluster.appliance().trouble.failNext(1_000, 'retryable');
    await cluster.settled(cluster.rename(id, 'edited'));
    await cluster.untilState(id, 'rebinding');
    const dead = cluster.holder(id);

    cluster.appliance().trouble.failNext(0, 'retryable');
    cluster.killAgent(dead);
    await cluster.untilSettled(id, cluster.timings.ticketMs / 2);

    expect(cluster.holder(id)).not.toBe(dead);
  });

  test('is taken by another one once the agent is dead that took its ticket and said nothing', async () => {
    const cluster = await queued(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const [hung, other] =
      cluster.holder(id) === 'agent-1' ? ['agent-2', 'agent-1'] : ['agent-1', 'agent-2'];
    cluster.pause(hung);
    // Each agent had asked for one ticket, and the one that hangs gets one of these.
    const ids = [await cluster.create(), await cluster.create()];

    const { deadAfterMs, ticketMs } = cluster.timings;
    const soonMs = deadAfterMs + 1_000;
    for (const one of ids) await cluster.untilSettled(one, soonMs);

    expect(soonMs).toBeLessThan(ticketMs / 2);
    expect(ids.map((one) => cluster.holder(one))).toEqual([other, other]);
  });

  test('is taken by another one when its ticket goes to an agent that hangs, before that is known', async () => {
    const cluster = await queued(['agent-1', 'agent-2']);
    cluster.pause('agent-1');

    const ids = [await cluster.create(), await cluster.create()];
    const soonMs = takeTimeoutMs(cluster.timings) + 500;
    for (const one of ids) await cluster.untilSettled(one, soonMs);

    expect(soonMs).toBeLessThan(cluster.timings.deadAfterMs);
    expect(ids.map((one) => cluster.holder(one))).toEqual(['agent-2', 'agent-2']);
  });

  test('is taken by another one when its ticket goes to an agent that had asked for it before its death was known', async () => {
    const cluster = await queued(['agent-1', 'agent-2']);
    cluster.pause('agent-1');
    const { deadAfterMs, ticketMs } = cluster.timings;
    await cluster.run(deadAfterMs + 1_000);

    const ids = [await cluster.create(), await cluster.create()];
    const soonMs = takeTimeoutMs(cluster.timings) + 500;
    for (const one of ids) await cluster.untilSettled(one, soonMs);

    expect(soonMs).toBeLessThan(ticketMs / 2);
    expect(ids.map((one) => cluster.holder(one))).toEqual(['agent-2', 'agent-2']);
  });

  test('is taken by one worker at a time, and each worker takes only so many', async () => {
    const cluster = await queued(['agent-1']);
    const ids: string[] = [];
    for (let count = 0; count < 3 * ticketsAtOnce; count += 1) ids.push(await cluster.create());
    let most = 0;

    await cluster.until('all are bound', () => {
      most = Math.max(most, cluster.queues.look(memory).taken);
      return ids.every((id) => cluster.state(id) === 'bound.settled');
    });

    expect(most).toBeLessThanOrEqual(ticketsAtOnce);
    for (const id of ids) expect(accepted(cluster, id)).toEqual(['1/1']);
  });

  test('stays with an agent that is restarted on purpose, since there is nothing to do', async () => {
    const cluster = await queued(['agent-1', 'agent-2', 'agent-3']);
    const id = await cluster.createBound();
    const holder = cluster.holder(id);
    const { incarnation } = cluster.agent(holder);

    await cluster.stopForRestart(holder);
    await cluster.startAgent(holder);
    await cluster.until('it is bound anew', () => {
      return (cluster.view(id).binding?.incarnation ?? 0) > incarnation;
    });
    await cluster.untilSettled(id);

    expect(cluster.holder(id)).toBe(holder);
  });

  test('is removed by whoever takes its deletion', async () => {
    const cluster = await queued(['agent-1', 'agent-2']);
    const id = await cluster.createBound();

    await cluster.settled(cluster.delete(id));
    await cluster.untilGone(id);

    expect(cluster.appliance().peek(id)?.marker).toMatchObject({ removed: true, epoch: 2 });
  });

  test('is removed by another one where its device has refused that, and its holder is drained since', async () => {
    const cluster = await queued(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    cluster.appliance().trouble.refuseRemoval(id, 'it is in use');
    await cluster.settled(cluster.delete(id));
    await cluster.untilState(id, 'deleting.refused');
    const drained = cluster.holder(id);

    cluster.appliance().trouble.refuseRemoval(id, null);
    await cluster.settled(cluster.controller.fleet.cordon(drained, { draining: true }));
    await cluster.untilGone(id);

    const other = drained === 'agent-1' ? 'agent-2' : 'agent-1';
    expect(cluster.done(id).at(-1)).toBe(`removed 3/2 by ${other}`);
  });

  test('goes to the agent that an operator names, whoever is free', async () => {
    const cluster = await queued(['agent-1', 'agent-2', 'agent-3']);
    const id = await cluster.createBound();
    const target = ['agent-1', 'agent-2', 'agent-3'].find((agent) => agent !== cluster.holder(id));

    await cluster.settled(cluster.controller.loadBalancers.move(id, target ?? ''));
    await cluster.untilSettled(id);

    expect(cluster.holder(id)).toBe(target);
  });

  test('goes to the agent that an operator names also while it waits in the queue', async () => {
    const cluster = await queued(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const target = cluster.holder(id) === 'agent-1' ? 'agent-2' : 'agent-1';
    cluster.queues.loseLeader();
    await cluster.settled(cluster.rename(id, 'edited'));
    await cluster.untilState(id, 'bound.queued');

    await cluster.settled(cluster.controller.loadBalancers.move(id, target));
    await cluster.untilSettled(id);

    expect(cluster.holder(id)).toBe(target);
    expect(accepted(cluster, id).at(-1)).toBe('2/2');
  });

  test('leaves a drained agent for any other, which takes nothing more', async () => {
    const cluster = await queued(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const drained = cluster.holder(id);

    await cluster.settled(cluster.controller.fleet.cordon(drained, { draining: true }));
    await cluster.until('it has left', () => cluster.holder(id) !== drained, 3_000);
    const next = await cluster.createBound();

    expect(cluster.holder(next)).not.toBe(drained);
  });

  test.each(['cordoned', 'drained'])(
    'is edited and removed by its holder who is %s, where nobody else can take it',
    async (how) => {
      const cluster = await queued(['agent-1']);
      const id = await cluster.createBound();
      const cordon = { draining: how === 'drained' };
      await cluster.settled(cluster.controller.fleet.cordon('agent-1', cordon));
      await untilIdle(cluster, 0);

      await cluster.settled(cluster.rename(id, 'edited'));
      await cluster.untilSettled(id);
      const edited = cluster.view(id);
      await cluster.settled(cluster.delete(id));
      await cluster.untilGone(id);

      expect(edited).toMatchObject({ provisioningStatus: 'ACTIVE', reason: null });
      expect(cluster.done(id).slice(1)).toEqual([
        'applied 2/2 by agent-1',
        'removed 3/3 by agent-1',
      ]);
    },
  );

  test('is taken back by its holder who is cordoned, once the one is gone who could have taken it', async () => {
    const cluster = await queued(['agent-1']);
    const id = await cluster.createBound();
    await cluster.startAgent('agent-2');
    await cluster.settled(cluster.controller.fleet.cordon('agent-1', { draining: false }));
    await untilIdle(cluster, 1);
    cluster.pause('agent-2');
    await cluster.settled(cluster.rename(id, 'edited'));
    await cluster.untilState(id, 'bound.queued');

    cluster.killAgent('agent-2');
    await cluster.untilSettled(id);

    expect(cluster.holder(id)).toBe('agent-1');
    expect(accepted(cluster, id).at(-1)).toBe('2/2');
  });

  test('stays as it is where its holder is not left any more before somebody has taken it', async () => {
    const cluster = await queued(['agent-1', 'agent-2']);
    const id = await cluster.createBound();
    const before = cluster.view(id);
    const holder = cluster.holder(id);
    cluster.queues.loseLeader();
    await cluster.settled(cluster.controller.fleet.cordon(holder, { draining: true }));
    await cluster.untilState(id, 'bound.queued');

    await cluster.settled(cluster.controller.fleet.uncordon(holder));
    await cluster.untilSettled(id);

    expect(cluster.view(id)).toMatchObject({ binding: before.binding, reason: null });
    expect(accepted(cluster, id)).toEqual(['1/1']);
  });
});
