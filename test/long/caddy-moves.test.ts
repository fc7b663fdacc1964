import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Seat } from '../../machines/protocol/seat.ts';
import { CaddyStack } from '../real/support/caddy-stack.ts';
import { type Counts, JudgedTraffic } from '../real/support/judged-traffic.ts';
import type { Made } from '../real/support/world.ts';

/** Each kind of them so many times: 52 changes, and as many plain writes. */
const rounds = 13;
const longestMs = 30 * 60_000;

let stack: CaddyStack;
let made: Made;
let traffic: JudgedTraffic;

beforeAll(async () => {
  stack = await CaddyStack.start();
  made = await stack.world.create('moves');
  await stack.world.active(made.id);
  traffic = new JudgedTraffic(made, ['backend-1', 'backend-2'], { ofEachKind: 2, pauseMs: 2 });
  await traffic.servedAgain();
}, longestMs);

afterAll(async () => {
  await traffic?.stop();
  await stack?.close();
}, longestMs);

/** Ways in which a load balancer comes to another agent, or to another life of its agent. */
const changes: Readonly<Record<string, (holder: Seat) => Promise<void>>> = {
  async 'kill -9'({ agent, incarnation }) {
    await stack.killed(agent);
    // It stays away until its load balancer is elsewhere, or it might take that up again.
    await stack.moved(made.id, { agent, incarnation });
    await stack.startAgain(agent, incarnation);
  },
  async restart({ agent, incarnation }) {
    await stack.world.agentProcess(agent).stop({ comesBack: true });
    await stack.startAgain(agent, incarnation);
  },
  async move({ agent }) {
    const path = `/holdfast/v1/loadbalancers/${made.id}/move`;
    await stack.world.api.post(path, { move: { agent: stack.other(agent) } });
  },
  async drain({ agent, incarnation }) {
    await stack.world.api.order(agent, 'drain');
    await stack.moved(made.id, { agent, incarnation });
    await stack.world.api.order(agent, 'uncordon');
  },
};

interface Counted {
  readonly changes: number;
  readonly writes: number;
  readonly writesMax: number;
  readonly kept: Counts;
  readonly anew: Counts;
}

/** What clients and the appliance saw of so many things that were done one after the other. */
async function count(done: readonly (() => Promise<void>)[]): Promise<Counted> {
  const before = traffic.counts();
  const writes: number[] = [];
  for (const change of done) {
    const from = stack.proxy.writes.length;
    await change();
    await traffic.servedAgain();
    writes.push(stack.proxy.writes.length - from);
  }
  const after = traffic.counts();
  return {
    changes: done.length,
    writes: writes.reduce((sum, each) => sum + each, 0),
    writesMax: Math.max(...writes),
    kept: difference(after.kept, before.kept),
    anew: difference(after.anew, before.anew),
  };
}

function difference(after: Counts, before: Counts): Counts {
  return { served: after.served - before.served, resets: after.resets - before.resets };
}

/** Numbers for people, and for docs/drivers.md. */
function told(name: string, { changes: done, writes, kept, anew }: Counted): string {
  const of = ({ resets, served }: Counts) => `${resets} resets beside ${served} answers`;
  return `${name}: ${done} times, ${writes} writes; kept connections: ${of(kept)}; new ones: ${of(anew)}\n`;
}

function changeOnce(change: (holder: Seat) => Promise<void>): () => Promise<void> {
  return async () => {
    const before = await stack.world.active(made.id);
    await change(before);
    const after = await stack.moved(made.id, before);
    expect(after.epoch).toBeGreaterThan(before.epoch);
    expect(await stack.onDevice(made.id)).toMatchObject({
      epoch: after.epoch,
      holder: after.agent,
    });
  };
}

function writeOnce(index: number): () => Promise<void> {
  return async () => {
    await stack.edit(made, 40_000 + index);
    await stack.world.active(made.id);
  };
}

test(
  'many changes of the managing agent under load: no wrong answer, and at most one write for each',
  async () => {
    const counts: Record<string, Counted> = {};
    for (const [name, change] of Object.entries(changes)) {
      counts[name] = await count(Array.from({ length: rounds }, () => changeOnce(change)));
    }
    const changed = Object.values(counts);
    const total = rounds * changed.length;
    const writes = Array.from({ length: total }, (_, index) => writeOnce(index));
    const plain = await count(writes);

    for (const [name, counted] of Object.entries({ ...counts, 'plain write': plain })) {
      process.stdout.write(told(name, counted));
    }
    expect(traffic.wrong).toEqual([]);
    expect(total).toBeGreaterThan(50);
    expect(changed.filter(({ writesMax }) => writesMax > 1)).toEqual([]);
    expect(plain.writes).toBe(total);
  },
  longestMs,
);
