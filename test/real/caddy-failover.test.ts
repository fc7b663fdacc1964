import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Seat } from '../../machines/protocol/seat.ts';
import { CaddyStack } from './support/caddy-stack.ts';
import { eventually } from './support/eventually.ts';
import { JudgedTraffic } from './support/judged-traffic.ts';
import { ask } from './support/traffic.ts';
import type { Made } from './support/world.ts';

const both = ['backend-1', 'backend-2'];

describe('a load balancer on a Caddy that two agents reach', () => {
  let stack: CaddyStack;
  let made: Made;
  let holder: Seat;
  let traffic: JudgedTraffic;

  beforeAll(async () => {
    stack = await CaddyStack.start();
  });

  afterAll(async () => {
    await traffic?.stop();
    await stack?.close();
  });

  test('is served by the appliance, which knows its holder and its epoch', async () => {
    made = await stack.world.create('web');
    holder = await stack.world.active(made.id);
    traffic = new JudgedTraffic(made, both);
    await traffic.servedAgain();

    expect(await stack.onDevice(made.id)).toMatchObject({
      epoch: holder.epoch,
      holder: holder.agent,
      removed: false,
    });
    expect(traffic.wrong).toEqual([]);
    // Nothing was written under the traffic yet.
    expect(traffic.resets).toBe(0);
  });

  test('is taken over by one write when its agent is killed, and the appliance serves on', async () => {
    const before = holder;
    const writes = stack.proxy.writes.length;

    await stack.killed(before.agent);

    holder = await stack.moved(made.id, before);
    expect(holder.agent).toBe(stack.other(before.agent));
    expect(holder.epoch).toBeGreaterThan(before.epoch);
    expect(await stack.onDevice(made.id)).toMatchObject({
      epoch: holder.epoch,
      holder: holder.agent,
    });
    expect(stack.proxy.writes.length - writes).toBe(1);
    await traffic.servedAgain();
    expect(traffic.wrong).toEqual([]);
  });

  test('obeys edits that the new holder brings, also when the former one is back', async () => {
    const former = stack.other(holder.agent);
    await stack.startAgain(former, (await stack.world.agent(former)).incarnation);

    await stack.world.leaveOnly(made, 'backend-1');

    expect(await stack.world.active(made.id)).toEqual(holder);
    traffic.expectOnly('backend-1');
    await traffic.servedAgain();
    const { generation } = await stack.world.explain(made.id);
    expect(await stack.onDevice(made.id)).toEqual({
      epoch: holder.epoch,
      generation,
      removed: false,
      holder: holder.agent,
    });
    expect(traffic.wrong).toEqual([]);
  });

  test('is taken over from an agent that hangs in the middle of a write, which comes too late', async () => {
    const before = holder;
    const held = stack.holdNextWrite();
    await stack.edit(made, 41_000);
    await held.came;

    stack.world.agentProcess(before.agent).kill('SIGSTOP');

    holder = await stack.moved(made.id, before);
    expect(holder.agent).toBe(stack.other(before.agent));
    const taken = await stack.onDevice(made.id);
    const { generation } = await stack.world.explain(made.id);
    expect(taken).toEqual({
      epoch: holder.epoch,
      generation,
      removed: false,
      holder: holder.agent,
    });
    await traffic.servedAgain();
    expect(traffic.wrong).toEqual([]);

    const answered = stack.proxy.answers.length;
    stack.world.agentProcess(before.agent).kill('SIGCONT');
    held.release();

    const [late] = await eventually('the late write is answered', () => {
      const answers = stack.proxy.answers.slice(answered);
      return answers.length > 0 && answers;
    });
    expect(late).toBe(412);
    await stack.world.agentIs(before.agent, 'alive', before.incarnation);
    await stack.world.forgets(before.agent, made.id);
    expect(await stack.onDevice(made.id)).toEqual(taken);
    expect((await stack.world.explain(made.id)).binding).toEqual(holder);
    expect(stack.proxy.answers.slice(answered)).toEqual([412]);
    expect(traffic.wrong).toEqual([]);
  });

  test('leaves a tombstone when it is deleted, and nobody answers at its address', async () => {
    await traffic.servedAgain();
    await traffic.stop();
    expect(traffic.wrong).toEqual([]);
    const { generation } = await stack.onDevice(made.id);

    await stack.world.api.delete(`/v2.0/lbaas/loadbalancers/${made.id}?cascade=true`);

    await eventually('the appliance has its tombstone', async () => {
      return (await stack.onDevice(made.id)).removed;
    });
    const tombstone = await stack.onDevice(made.id);
    expect(tombstone).toMatchObject({ epoch: holder.epoch, holder: holder.agent });
    expect(tombstone.generation).toBeGreaterThanOrEqual(generation);
    await eventually('nobody listens there', async () => {
      const { ok, detail } = await ask(made.address, made.port);
      return !ok && detail.includes('ECONNREFUSED');
    });
  });
});
