import { describe, expect, test } from 'vitest';
import { ticketsAtOnce } from '../../src/agent/work-desk.ts';
import { takeTimeoutMs } from '../../machines/timings/timings.ts';
import { initialContext } from '../../machines/load-balancer/context.ts';
import { QueueDispatch, type QueueDispatchOptions } from '../../src/controller/queue-dispatch.ts';
import { Virtual } from '../host/support/virtual.ts';
import { type AgentSpec, Cluster } from './support/cluster.ts';

const memory = { driver: 'memory', device: 'memory' };

async function queued(agents: readonly (string | AgentSpec)[]): Promise<Cluster> {
  const cluster = new Cluster();
  cluster.queued = new Set(['memory']);
  await cluster.startController();
  for (const agent of agents) await cluster.startAgent(agent);
  return cluster;
}

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
});

test('an old ticket gives nothing to anybody before the holder can have said what the store has lost', async () => {
  const takes: string[] = [];
  const newcomers = { has: (id: string) => id === 'new' };
  const dispatch = new QueueDispatch({
    newcomers,
    seats: { isSeeking: () => true },
    fleet: { isAlive: () => true },
    placer: {
      taken: (id: string) => {
        takes.push(id);
        return 'is full';
      },
    },
    host: () => ({ context: () => initialContext }),
  } as unknown as QueueDispatchOptions);
  const take = (loadBalancer: string) =>
    dispatch.take({ loadBalancer, agent: 'agent-1', incarnation: 1, device: 'memory' });

  const replies = [await take('new'), await take('known')];

  expect(replies).toEqual([
    { type: 'refused', reason: 'whoever holds it may not have said so yet' },
    { type: 'refused', reason: 'agent-1 is full' },
  ]);
  expect(takes).toEqual(['known']);
});

/** Of one load balancer, `a`, that waits for its first seat; `queues` says where its ticket is. */
async function oneWaiting(
  queues: Partial<QueueDispatchOptions['queues']>,
  { retryMs = 100_000, refusal = '', isDead = () => false } = {},
) {
  const virtual = new Virtual();
  const offered: string[] = [];
  const device = { device: 'memory' };
  const seat = { agent: 'agent-2', incarnation: 1, epoch: 1 };
  let context = { ...initialContext, queued: true, driver: 'memory' };
  const offer = {
    type: 'place',
    candidates: [{ agent: 'agent-1', ...device }],
  } as unknown as Parameters<QueueDispatch['offer']>[2];
  const dispatch = new QueueDispatch({
    clock: virtual.clock,
    timings: { retryMs, retryMaxMs: 2_000, ticketMs: 100_000, ackTimeoutMs: 400 },
    queues: {
      offer: (_: unknown, id: string) => {
        offered.push(id);
        return Promise.resolve('offered');
      },
      ...queues,
    },
    newcomers: { has: () => false },
    seats: { isSeeking: () => context.binding === null },
    fleet: {
      isAlive: () => true,
      verdictOn: () => (isDead() ? { reason: 'dead' } : null),
      current: () => ({ description: { devices: [device] } }),
    },
    placer: { taken: () => (refusal === '' ? offer : refusal) },
    host: () => ({
      context: () => context,
      tell: () => undefined,
      ask: () => {
        context = { ...context, binding: seat };
        return Promise.resolve();
      },
    }),
  } as unknown as QueueDispatchOptions);
  dispatch.offer('a', context, offer);
  await virtual.settleNow();
  const want = (lastEpoch: number) => {
    context = { ...context, lastEpoch, binding: null };
    dispatch.offer('a', context, offer);
  };
  return { dispatch, offered, take: { loadBalancer: 'a', ...seat, ...device }, virtual, want };
}

test('a ticket that is taken while it is being put in anew is not put in again', async () => {
  let withdrawn: () => void = () => undefined;
  const { dispatch, offered, take, virtual } = await oneWaiting({
    whereIs: () => Promise.resolve('taken' as const),
    withdraw: () => new Promise<void>((resolve) => (withdrawn = resolve)),
  });

  dispatch.agentLost('agent-1');
  await virtual.settleNow();
  const taken = await dispatch.take(take);
  withdrawn();
  await virtual.settleNow();

  expect(taken).toEqual({ type: 'given', epoch: 1 });
  expect(offered).toEqual(['a']);
});

test('a ticket that nobody has keeps its place in the queue when an agent of its device dies', async () => {
  const withdrawn: string[] = [];
  const { dispatch, virtual } = await oneWaiting({
    whereIs: () => Promise.resolve('waiting' as const),
    withdraw: (_, id) => Promise.resolve(void withdrawn.push(id)),
  });

  dispatch.agentLost('agent-1');
  await virtual.settleNow();

  expect(withdrawn).toEqual([]);
});

/** Somebody has the ticket all the time; counts how often it is taken back. */
async function heldUp(refusal = '') {
  const seen = { withdrawn: 0, idle: 0 };
  const waiting = await oneWaiting(
    {
      whereIs: () => Promise.resolve('taken' as const),
      look: () => Promise.resolve({ waiting: 0, taken: 1, idle: seen.idle }),
      withdraw: () => Promise.resolve(void (seen.withdrawn += 1)),
    },
    { retryMs: 50, refusal },
  );
  return { ...waiting, seen };
}

test('a ticket with somebody who asks nothing is put in anew once another one is free, and not before', async () => {
  const { virtual, seen, offered } = await heldUp();

  await virtual.run(5_000);
  const whileBusy = seen.withdrawn;
  seen.idle = 1;
  await virtual.run(10_000);

  expect(whileBusy).toBe(0);
  expect(seen.withdrawn).toBe(1);
  expect(offered).toEqual(['a', 'a']);
});

test('a ticket that was refused is put off by who has it, and not taken from him for that', async () => {
  const { virtual, seen, dispatch, take } = await heldUp('is full');
  seen.idle = 1;

  await virtual.run(1_000);
  const taken = await dispatch.take(take);
  await virtual.run(2_500);
  const meanwhile = seen.withdrawn;
  await virtual.run(5_000);

  expect(taken).toEqual({ type: 'refused', reason: 'agent-2 is full' });
  expect(meanwhile).toBe(0);
  expect(seen.withdrawn).toBeGreaterThan(0);
});

test('a ticket that a worker was given is left with it, however long it works', async () => {
  const { virtual, seen, dispatch, take } = await heldUp();
  seen.idle = 1;

  await dispatch.take(take);
  await virtual.run(60_000);

  expect(seen.withdrawn).toBe(0);
});

test('a ticket whose worker has died is put in anew once, however often a seat is asked for meanwhile', async () => {
  const withdrawals: (() => void)[] = [];
  let isDead = false;
  const { virtual, dispatch, take, offered, want } = await oneWaiting(
    {
      whereIs: () => Promise.resolve('taken' as const),
      withdraw: () => new Promise<void>((resolve) => withdrawals.push(resolve)),
    },
    { isDead: () => isDead },
  );
  await dispatch.take(take);
  isDead = true;

  for (let time = 0; time < 5; time += 1) {
    want(1);
    await virtual.settleNow();
  }
  for (const answer of withdrawals) answer();
  await virtual.settleNow();

  expect(withdrawals).toHaveLength(1);
  expect(offered).toEqual(['a', 'a']);
});

test('a load balancer that had a seat by a claim meanwhile is put in anew when it wants the next one', async () => {
  const { virtual, offered, want } = await oneWaiting({
    whereIs: () => Promise.resolve('nowhere' as const),
  });

  want(0);
  await virtual.settleNow();
  const asBefore = [...offered];
  want(7);
  await virtual.settleNow();

  expect(asBefore).toEqual(['a']);
  expect(offered).toEqual(['a', 'a']);
});
