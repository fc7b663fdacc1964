import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CaddyStack } from './support/caddy-stack.ts';
import { JudgedTraffic } from './support/judged-traffic.ts';
import type { Made } from './support/world.ts';

describe('load balancers of a Caddy that agents take from its queue', () => {
  let stack: CaddyStack;
  let made: Made;
  let traffic: JudgedTraffic;

  beforeAll(async () => {
    stack = await CaddyStack.start('queue');
    made = await stack.world.create('queued');
    await stack.world.active(made.id);
    traffic = new JudgedTraffic(made, ['backend-1', 'backend-2'], { ofEachKind: 1, pauseMs: 50 });
    await traffic.servedAgain(5);
  });

  afterAll(async () => {
    await traffic?.stop();
    await stack?.close();
  });

  test('each change is done by whoever is free, under an epoch of its own', async () => {
    const before = await stack.onDevice(made.id);

    for (const timeoutMs of [20_000, 21_000, 22_000]) {
      await stack.edit(made, timeoutMs);
      await stack.world.active(made.id);
    }

    const after = await stack.onDevice(made.id);
    expect(after.generation).toBe(before.generation + 3);
    expect(after.epoch).toBe(before.epoch + 3);
    const { binding, standby } = await stack.world.explain(made.id);
    expect({ agent: binding?.agent, epoch: binding?.epoch }).toEqual({
      agent: after.holder,
      epoch: after.epoch,
    });
    expect(standby).toBeNull();
  });

  test('what a dead agent held is taken by the other one', async () => {
    const before = await stack.world.active(made.id);

    await stack.killed(before.agent);

    const after = await stack.moved(made.id, before);
    expect(after.agent).toBe(stack.other(before.agent));
    expect(await stack.onDevice(made.id)).toMatchObject({
      holder: after.agent,
      epoch: after.epoch,
    });
  });

  test('where nobody is left, a change waits and says why, until somebody is there', async () => {
    const last = await stack.world.active(made.id);
    await stack.killed(last.agent);
    await stack.edit(made, 30_000);
    const waiting = await stack.world.settles(made.id, 'waiting', ({ state, reason }) => {
      return state === 'pending' && reason?.startsWith('no agent can take it') === true;
    });
    const untouched = await stack.onDevice(made.id);

    await stack.world.agentProcess(last.agent).start();
    const taken = await stack.moved(made.id, last);

    expect(waiting).toMatchObject({ provisioning_status: 'PENDING_UPDATE' });
    expect(untouched).toMatchObject({ epoch: last.epoch });
    expect(await stack.onDevice(made.id)).toMatchObject({
      holder: last.agent,
      epoch: taken.epoch,
      generation: untouched.generation + 1,
    });
  });

  test('clients have seen nothing of all that', async () => {
    await traffic.servedAgain(5);

    expect(traffic.wrong).toEqual([]);
  });
});
