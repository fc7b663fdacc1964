import { expect, test } from 'vitest';
import { initialContext } from '../../machines/load-balancer/context.ts';
import { silentLog } from '../../machines/ports/log.ts';
import {
  QueueDispatch,
  type QueueDispatchOptions,
} from '../../src/controller/placement/queue-dispatch.ts';
import { UnknownOutcome } from '../../src/ports/store.ts';
import { Virtual } from '../host/support/virtual.ts';

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

test('a ticket gives its holder nothing to do where all stays as it is with him', async () => {
  const binding = { agent: 'agent-1', incarnation: 1, epoch: 3 };
  let isSeeking = true;
  const dispatch = new QueueDispatch({
    newcomers: { has: () => false },
    seats: { isSeeking: () => isSeeking },
    fleet: { isAlive: () => true },
    placer: { taken: () => ({ type: 'place' }) },
    host: () => ({
      context: () => ({ ...initialContext, binding }),
      ask: () => {
        isSeeking = false;
        return Promise.resolve();
      },
    }),
  } as unknown as QueueDispatchOptions);

  const taken = await dispatch.take({ loadBalancer: 'a', ...binding, device: 'memory' });

  expect(taken).toEqual({ type: 'nothing' });
});

/** Of one load balancer, `a`, that waits for its first seat; `queues` says where its ticket is. */
async function oneWaiting(
  queues: Partial<QueueDispatchOptions['queues']>,
  { retryMs = 100_000, refusal = '', isDead = (): boolean => false } = {},
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
    log: silentLog,
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

test('a dead worker’s ticket of which nobody knows whether it was taken back is taken back again, whoever is free', async () => {
  let withdrawn = 0;
  let isDead = false;
  const { virtual, dispatch, take, want } = await oneWaiting(
    {
      whereIs: () => Promise.resolve('taken' as const),
      look: () => Promise.resolve({ waiting: 0, taken: 1, idle: 0 }),
      withdraw: () => {
        withdrawn += 1;
        return withdrawn === 1
          ? Promise.reject(new UnknownOutcome('no answer'))
          : Promise.resolve();
      },
    },
    { retryMs: 50, isDead: () => isDead },
  );
  await dispatch.take(take);
  isDead = true;

  want(1);
  await virtual.run(3_000);

  expect(withdrawn).toBe(2);
});
