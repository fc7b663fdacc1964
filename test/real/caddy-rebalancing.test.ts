import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Seat } from '../../machines/protocol/seat.ts';
import { CaddyStack } from './support/caddy-stack.ts';
import { eventually } from './support/eventually.ts';
import { JudgedTraffic } from './support/judged-traffic.ts';
import type { Made } from './support/world.ts';

const both = ['backend-1', 'backend-2'];
const loadBalancers = 8;
/** Who holds more than ⌈1.25 × mean⌉ + 1, which is 6 here, gives the rest away. */
const moved = 2;

const Rebalancing = z.object({
  rebalance: z.object({
    blocked: z.string().nullable(),
    moves: z.array(z.object({ loadbalancer: z.string(), from: z.string(), to: z.string() })),
  }),
});

let stack: CaddyStack;
const made: Made[] = [];
const seats = new Map<string, Seat>();
const traffic: JudgedTraffic[] = [];

beforeAll(async () => {
  stack = await CaddyStack.start();
});

afterAll(async () => {
  for (const each of traffic) await each.stop();
  await stack?.close();
});

const rebalancing = async () => {
  return Rebalancing.parse(await stack.world.api.get('/holdfast/v1/rebalance')).rebalance;
};

test('an agent that is alone holds all load balancers of the appliance', async () => {
  const { incarnation } = await stack.world.agent('agent-2');
  await stack.killed('agent-2');
  await stack.world.agentIs('agent-2', 'dead');

  for (let index = 1; index <= loadBalancers; index += 1) {
    made.push(await stack.world.create(`web-${index}`));
  }
  for (const { id } of made) seats.set(id, await stack.world.active(id));

  expect(new Set([...seats.values()].map(({ agent }) => agent))).toEqual(new Set(['agent-1']));
  await stack.startAgain('agent-2', incarnation);
});

test('what it holds too much of moves to the one that has come, by one write each, and is served on', async () => {
  for (const each of made) {
    traffic.push(new JudgedTraffic(each, both, { ofEachKind: 1, pauseMs: 50 }));
  }
  for (const each of traffic) await each.servedAgain();
  const planned = await eventually('nothing speaks against moves any more', async () => {
    const { blocked, moves } = await rebalancing();
    return blocked === null && moves.length > 0 && moves;
  });
  const writes = stack.proxy.writes.length;

  await stack.world.api.post('/holdfast/v1/rebalance', {});

  await eventually('nobody holds too much', async () => (await rebalancing()).moves.length === 0);
  const gone = planned.map(({ loadbalancer }) => loadbalancer);
  expect(gone).toHaveLength(moved);
  // What is under way already is planned no more.
  for (const id of gone) {
    await eventually(
      'it has moved',
      async () => (await stack.world.active(id)).agent === 'agent-2',
    );
  }
  for (const { id } of made) {
    const before = seats.get(id);
    const after = await stack.world.active(id);
    if (gone.includes(id)) {
      expect(await stack.onDevice(id)).toMatchObject({ epoch: after.epoch, holder: 'agent-2' });
    } else expect(after).toEqual(before);
  }
  expect(stack.proxy.writes.length - writes).toBe(moved);
  for (const each of traffic) {
    await each.servedAgain();
    expect(each.wrong).toEqual([]);
  }
});
