import { describe, expect, test } from 'vitest';
import { AskRestartLease } from '../../machines/protocol/agent-messages.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { restartLeaseMaxMs, restartLeaseMinMs } from '../../machines/timings/timings.ts';
import { Cluster } from './support/cluster.ts';

const agents = ['agent-1', 'agent-2', 'agent-3'];
const restartLeaseMs = 10_000;
const away = 'agent-1';

/** Three agents, and load balancers that the first of them holds. */
async function loaded(timings: object = { restartLeaseMs }) {
  const cluster = await Cluster.with(agents, timings);
  const ids: string[] = [];
  for (let index = 0; index < 9; index += 1) {
    // Always the same ones, because a load balancer's id decides who is preferred.
    ids.push(await cluster.createBound({ id: `10000000-0000-4000-8000-0000000000${10 + index}` }));
  }
  const held = ids.filter((id) => cluster.holder(id) === away);
  expect(held.length).toBeGreaterThan(1);
  return { cluster, held };
}

/** It is restarted, and has registered; load balancers don't know yet. `late` is the connection that it had before. */
async function backWithin(cluster: Cluster) {
  const former = subjects.agentConnection(away, cluster.agent(away).incarnation);
  await cluster.stopForRestart(away);
  const late = cluster.broker.connect(former);
  const { incarnation } = await cluster.launchAgent({ id: away });
  const known = () => cluster.controller.judge.host.context(away)?.incarnation;
  await cluster.until('its judge has heard it', () => known() === incarnation);
  return { late, incarnation };
}

const holders = (cluster: Cluster, ids: readonly string[]) =>
  new Set(ids.map((id) => cluster.view(id).binding?.agent));

describe('an agent that is restarted on purpose', () => {
  test('keeps what it holds, and has it again in place', async () => {
    const { cluster, held } = await loaded();
    const before = held.map((id) => cluster.view(id).binding);

    await cluster.stopForRestart(away);
    await cluster.run(restartLeaseMs - 1_000);
    const meanwhile = [cluster.stateOf(away), ...holders(cluster, held)];
    const untouched = held.map((id) => cluster.view(id).binding);
    const steps = cluster.steps.length;
    await cluster.startAgent(away);
    for (const id of held) await cluster.untilSettled(id);

    expect(meanwhile).toEqual(['restarting', away]);
    expect(untouched).toEqual(before);
    expect(holders(cluster, held)).toEqual(new Set([away]));
    const bound = cluster.steps.slice(steps).flatMap(({ id, binding }) => {
      return held.includes(id) && binding !== null ? [binding.agent] : [];
    });
    expect(new Set(bound)).toEqual(new Set([away]));
  });

  test('has it again in place where the end of its former connection is told when it is back', async () => {
    const { cluster, held } = await loaded();
    const { late, incarnation } = await backWithin(cluster);
    const steps = cluster.steps.length;
    // So that it is suspected for longer than its load balancers take to hear of its return.
    cluster.pause(away);

    await cluster.settled(late.close());
    await cluster.run(cluster.timings.reconnectGraceMs);
    const meanwhile = [cluster.stateOf(away), ...holders(cluster, held)];
    cluster.resume(away);
    for (const id of held) await cluster.untilSettled(id);

    expect(meanwhile).toEqual(['suspect', away]);
    expect(cluster.stateOf(away)).toBe('alive');
    const bound = cluster.steps.slice(steps).flatMap(({ id, binding }) => {
      return held.includes(id) && binding !== null ? [binding.agent] : [];
    });
    expect(new Set(bound)).toEqual(new Set([away]));
    for (const id of held) {
      expect(cluster.view(id).binding).toMatchObject({ agent: away, incarnation });
    }
  });

  test('is replaced where it dies as soon as it is back', async () => {
    const { cluster, held } = await loaded();
    await backWithin(cluster);

    cluster.killAgent(away);
    await cluster.untilAgent(away, 'dead', cluster.timings.reconnectGraceMs + 50);
    for (const id of held) await cluster.untilSettled(id);

    expect(holders(cluster, held)).not.toContain(away);
  });

  test('says so, and is given nothing new meanwhile', async () => {
    const cluster = await Cluster.with([away], { restartLeaseMs });
    await cluster.stopForRestart(away);

    const id = await cluster.create();
    await cluster.run(1_000);
    const { state, reason } = cluster.view(id);
    const view = cluster.controller.fleet.agents().find((agent) => agent.id === away);
    await cluster.startAgent(away);
    await cluster.untilSettled(id);

    expect(state).toBe('pending');
    expect(reason).toMatch(/agent-1 is being restarted until \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(view).toMatchObject({ reason: 'it is being restarted, and waited for' });
    expect(view?.awayUntil).toBeGreaterThan(cluster.clock.wallMs() - restartLeaseMs);
    expect(cluster.holder(id)).toBe(away);
  });

  test('is told of edits when it is back', async () => {
    const { cluster, held } = await loaded();
    const [id = ''] = held;
    await cluster.stopForRestart(away);

    await cluster.settled(cluster.rename(id, 'edited'));
    await cluster.run(5_000);
    const meanwhile = [cluster.state(id), cluster.view(id).appliedGeneration];
    await cluster.startAgent(away);
    await cluster.untilSettled(id);

    expect(meanwhile).toEqual(['bound.applying', 1]);
    expect(cluster.view(id)).toMatchObject({ appliedGeneration: 2, binding: { agent: away } });
  });

  test('that does not come back in time is replaced at once', async () => {
    const { cluster, held } = await loaded();
    await cluster.stopForRestart(away);

    await cluster.run(restartLeaseMs - 100);
    const before = holders(cluster, held);
    await cluster.run(1_100);

    expect(before).toEqual(new Set([away]));
    expect(cluster.stateOf(away)).toBe('dead');
    expect(holders(cluster, held)).not.toContain(away);
  });

  test('is waited for by the next judge, too, and not for longer', async () => {
    const { cluster, held } = await loaded();
    await cluster.stopForRestart(away);

    await cluster.run(2_000);
    await cluster.restartController();
    await cluster.run(5_000);
    const meanwhile = [cluster.stateOf(away), ...holders(cluster, held)];
    await cluster.run(5_000);

    expect(meanwhile).toEqual(['restarting', away]);
    expect(holders(cluster, held)).not.toContain(away);
  });

  test('has no lease any more for the next judge, too, only when one has passed since nobody waits for it', async () => {
    // Longer than the former judge may believe that it is one.
    const waitMs = 60_000;
    const { cluster } = await loaded({ restartLeaseMs: waitMs });
    const { lapseMs } = cluster.timings;
    const { incarnation } = cluster.agent(away);
    const lapsed = () => cluster.controller.judge.host.context(away)?.lapsed;
    await cluster.stopForRestart(away);
    const endMs = cluster.time.nowMs + waitMs + lapseMs;
    await cluster.restartController();

    await cluster.run(endMs - 500 - cluster.time.nowMs);
    const meanwhile = [cluster.stateOf(away), lapsed()];
    await cluster.run(1_500);

    expect(meanwhile).toEqual(['dead', 0]);
    expect(lapsed()).toBe(incarnation);
  });

  test('is not waited for once more because its judge had to read its record anew', async () => {
    const { cluster } = await loaded();
    const { liveness } = cluster.stores;
    const { incarnation } = cluster.agent(away);
    await cluster.stopForRestart(away);
    const endMs = cluster.time.nowMs + restartLeaseMs + cluster.timings.lapseMs;
    await cluster.run(restartLeaseMs + 1_000);
    const record = await cluster.settled(liveness.get(away));
    const write = 'by another judge';
    const again = JSON.stringify({ ...(JSON.parse(record?.value ?? '') as object), write });

    await cluster.settled(liveness.update(away, again, record?.revision ?? 0, write));
    await cluster.run(endMs - cluster.time.nowMs);
    const meanwhile = cluster.controller.judge.host.context(away)?.lapsed;
    // A lease that another judge may have told the agent of meanwhile.
    await cluster.run(cluster.timings.lapseMs + 1_500);

    const after = cluster.controller.judge.host.context(away)?.lapsed;
    expect([meanwhile, after]).toEqual([0, incarnation]);
  });

  test('is waited for only when that is on record', async () => {
    const { cluster, held } = await loaded();
    cluster.outages.add('liveness');

    const stopping = cluster.agent(away).stop({ comesBack: true });
    await cluster.run(2_000);
    const meanwhile = cluster.agent(away).state;
    cluster.outages.delete('liveness');
    await cluster.settled(stopping);
    cluster.killAgent(away);
    await cluster.restartController();
    await cluster.run(3_000);

    expect(meanwhile).toBe('restarting');
    expect(holders(cluster, held)).toEqual(new Set([away]));
  });

  test('may be moved away from, by an operator', async () => {
    const { cluster, held } = await loaded();
    const [id = ''] = held;
    await cluster.stopForRestart(away);

    await cluster.settled(cluster.controller.loadBalancers.move(id, 'agent-2'));
    await cluster.untilSettled(id);
    await cluster.startAgent(away);
    await cluster.run(2_000);

    expect(cluster.holder(id)).toBe('agent-2');
    expect(cluster.agent(away).devices().has(id)).toBe(false);
  });
});

/** The record of an agent as a judge writes it that waits for it. */
function restartingSince(text: string, { sequence, forMs, until }: Record<string, unknown>) {
  const record = JSON.parse(text) as { snapshot: { context: object } };
  const context = { ...record.snapshot.context, restart: { sequence, forMs, until } };
  const child = { snapshot: { status: 'active' }, src: 'restartLease', syncSnapshot: false };
  const children = { restartLease: child };
  return JSON.stringify({
    ...record,
    write: 'by the other judge',
    snapshot: { ...record.snapshot, value: 'restarting', context, children },
  });
}

describe('a restart lease', () => {
  test('is over when its agent sends a heartbeat after it has asked', async () => {
    const { cluster } = await loaded();
    const { incarnation } = cluster.agent(away);
    const asked = { agent: away, incarnation, sequence: 1, forMs: restartLeaseMs };

    const reply = await cluster.settled(cluster.controller.judge.restart(asked));
    await cluster.run(1_000);

    expect(reply).toEqual({ type: 'leased', until: expect.any(Number) as number });
    expect(cluster.stateOf(away)).toBe('alive');
  });

  test('is given once for each question, however often and late that comes', async () => {
    const { cluster, held } = await loaded({ restartLeaseMs, goodbyeMs: 1_000 });
    const { incarnation } = cluster.agent(away);
    const asked = { agent: away, incarnation, sequence: 10_000, forMs: restartLeaseMs };
    const ask = () => cluster.settled(cluster.controller.judge.restart(asked));
    const first = await ask();
    cluster.killAgent(away);
    await cluster.run(5_000);
    const second = await ask();
    await cluster.run(restartLeaseMs - 5_000);

    const late = await ask();
    await cluster.run(1_000);

    expect(second).toEqual(first);
    expect(late).toMatchObject({ type: 'refused' });
    expect(holders(cluster, held)).not.toContain(away);
  });

  test('is not given when it would be over: another judge may have put it on record much later', async () => {
    const { cluster } = await loaded();
    const { incarnation } = cluster.agent(away);
    const asked = { agent: away, incarnation, sequence: 10_000, forMs: restartLeaseMs };
    const { liveness } = cluster.stores;
    const record = await cluster.settled(liveness.get(away));
    cluster.outages.add('liveness');
    const reply = cluster.controller.judge.restart(asked);
    await cluster.run(1_000);

    const until = cluster.clock.wallMs() - 1;
    const value = restartingSince(record?.value ?? '', { ...asked, until });
    await cluster.settled(
      liveness.update(away, value, record?.revision ?? 0, 'by the other judge'),
    );
    cluster.outages.delete('liveness');

    expect(await cluster.settled(reply)).toEqual({
      type: 'refused',
      reason: 'its restart lease had ended before it was on record',
      leaving: false,
    });
  });

  test('is not given to an agent that is being drained, which says goodbye instead', async () => {
    const { cluster, held } = await loaded();
    for (const other of ['agent-2', 'agent-3']) {
      await cluster.settled(cluster.controller.fleet.cordon(other, { draining: false }));
    }
    await cluster.settled(cluster.controller.fleet.cordon(away, { draining: true }));

    const stopping = cluster.agent(away).stop({ comesBack: true });
    await cluster.until('it leaves', () => cluster.stateOf(away) === 'draining');
    await cluster.settled(cluster.controller.fleet.uncordon('agent-2'));
    await cluster.settled(stopping);

    expect(cluster.stateOf(away)).toBe('retired');
    expect(holders(cluster, held)).toEqual(new Set(['agent-2']));
  });

  test('that no judge gives ends nothing: the agent stops after a while, and says what follows', async () => {
    const { cluster } = await loaded({ restartLeaseMs, goodbyeMs: 3_000 });
    cluster.killController();
    const startedMs = cluster.time.nowMs;

    await cluster.stopForRestart(away);

    expect(cluster.time.nowMs - startedMs).toBeGreaterThanOrEqual(3_000);
    expect(cluster.time.nowMs - startedMs).toBeLessThan(4_000);
    const warnings = cluster.log.lines.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('this agent has no restart lease: if it ends, what it holds'),
    );
  });
});

test.each([
  [restartLeaseMinMs - 1, false],
  [restartLeaseMinMs, true],
  [restartLeaseMaxMs, true],
  [restartLeaseMaxMs + 1, false],
])('a judge reads a question for %d ms: %s', (forMs, isRead) => {
  const asked = { agent: away, incarnation: 1, sequence: 0, forMs };

  expect(AskRestartLease.safeParse(asked).success).toBe(isRead);
});

describe('an agent that an operator wants restarted', () => {
  const restart = (cluster: Cluster, incarnation: number | null = null) =>
    cluster.settled(cluster.controller.fleet.restart(away, incarnation));

  test('ends when it is waited for', async () => {
    const { cluster, held } = await loaded();
    const { incarnation } = cluster.agent(away);

    const answer = await restart(cluster);
    await cluster.run(100);
    cluster.killAgent(away);
    await cluster.startAgent(away);
    for (const id of held) await cluster.untilSettled(id);

    expect(answer.incarnation).toBe(incarnation);
    expect(cluster.restarting).toEqual([away]);
    expect(holders(cluster, held)).toEqual(new Set([away]));
    expect(await restart(cluster, incarnation)).toEqual({ incarnation: null, until: null });
    expect(cluster.restarting).toEqual([away]);
  });

  test('lives on where nobody would wait for it, and serves as before', async () => {
    const { cluster, held } = await loaded();
    await cluster.settled(cluster.controller.fleet.cordon('agent-2', { draining: false }));
    await cluster.settled(cluster.controller.fleet.cordon('agent-3', { draining: false }));
    await cluster.settled(cluster.controller.fleet.cordon(away, { draining: true }));

    const refusal = restart(cluster);

    await expect(refusal).rejects.toMatchObject({
      status: 409,
      message: 'Agent agent-1 is not restarted: it is being drained.',
    });
    await cluster.run(5_000);
    expect(cluster.restarting).toEqual([]);
    expect(cluster.agent(away).state).toBe('serving');
    expect([cluster.stateOf(away), ...holders(cluster, held)]).toEqual(['alive', away]);
  });

  test('that does not run, or is not known, is not restarted', async () => {
    const { cluster } = await loaded();
    cluster.killAgent(away);

    await expect(restart(cluster)).rejects.toMatchObject({ status: 409 });
    const stranger = cluster.settled(cluster.controller.fleet.restart('agent-9', null));
    await expect(stranger).rejects.toMatchObject({ status: 404 });
  });

  test('carries out no command any more once it is waited for', async () => {
    const { cluster, held } = await loaded();
    const [id = ''] = held;

    await restart(cluster);
    await cluster.settled(cluster.rename(id, 'edited'));
    await cluster.run(2_000);

    expect(cluster.done(id)).toHaveLength(1);
    expect(cluster.sent.some(({ subject }) => subject === subjects.down(away, 'command'))).toBe(
      true,
    );
  });
});
