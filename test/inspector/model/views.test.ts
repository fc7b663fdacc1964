import { describe, expect, test } from 'vitest';
import type { Frame } from '../../../machines/protocol/inspection.ts';
import { accountOf } from '../../../src/inspector/model/account-of.ts';
import { explain, lastTransitions } from '../../../src/inspector/model/explain.ts';
import { fleetOf, laneMatches, passes } from '../../../src/inspector/model/fleet.ts';
import { History } from '../../../src/inspector/model/history.ts';
import { sequenceOf } from '../../../src/inspector/model/sequence.ts';
import { silentAfterMs } from '../../../src/inspector/model/silence.ts';
import { toneOfState } from '../../../src/inspector/model/tone.ts';
import { InspectedWorld } from '../../../src/inspector/model/world.ts';
import { diesAtMs, failoverBatches, loadBalancers, movedAtMs } from '../support/failover.ts';

const history = new History();
for (const batch of failoverBatches()) history.push(batch);
const worldAtMs = (atMs: number) => history.worldAt(history.placeAt(atMs));
const fleetAtMs = (atMs: number) => fleetOf(worldAtMs(atMs), atMs);
const shop = loadBalancers[0]!.id;
const legacy = loadBalancers[10]!.id;

describe('the fleet', () => {
  const held = (atMs: number) =>
    Object.fromEntries(fleetAtMs(atMs).agents.map(({ id, cells }) => [id, cells.length]));

  test('has each load balancer with its holder, before and after a failover', () => {
    expect(held(diesAtMs - 1)).toEqual({ 'agent-1': 5, 'agent-2': 3, 'agent-3': 3 });
    expect(held(movedAtMs)).toEqual({ 'agent-1': 1, 'agent-2': 5, 'agent-3': 5 });
  });

  test('lists those that want something, with their reasons', () => {
    const wanting = fleetAtMs(movedAtMs).wanting.map(({ name, state, reason }) => [
      name,
      state,
      reason,
    ]);
    expect(wanting).toContainEqual([
      'edge',
      'pending',
      'no agent reaches a device of the driver caddy',
    ]);
    expect(wanting.map(([name]) => name)).toContain('legacy');
  });

  test('a process is silent once nothing came from it for long enough', () => {
    const { world, at } = { world: worldAtMs(diesAtMs), at: diesAtMs };
    const atMs = world.nodes.get('agent-1')!.heardAtMs;
    const isSilent = (nowMs: number) => fleetOf(world, nowMs).agents[0]!.isSilent;
    expect(at).toBeGreaterThanOrEqual(atMs);
    expect([isSilent(atMs + silentAfterMs - 1), isSilent(atMs + silentAfterMs)]).toEqual([
      false,
      true,
    ]);
  });

  test('no process is silent because clocks differ, and one that is silent is so by any clock', () => {
    const clocks = { 'agent-1': 0, 'agent-2': 10 * silentAfterMs, 'agent-3': -10 * silentAfterMs };
    const told = new History();
    const [base] = failoverBatches();
    const tell = (nodes: readonly (keyof typeof clocks)[], sequence: number) => {
      for (const node of nodes) {
        const atMs = sequence * 1_000 + clocks[node];
        told.push({ ...base!, role: 'agent', node, sequence, atMs });
      }
    };
    const silent = (world: InspectedWorld) =>
      fleetOf(world, world.atMs)
        .agents.filter((agent) => agent.isSilent)
        .map(({ id }) => id);

    for (const second of [1, 2]) tell(['agent-1', 'agent-2', 'agent-3'], second);
    expect(silent(told.newest)).toEqual([]);

    for (const second of [3, 4, 5]) tell(['agent-1', 'agent-2'], second);
    expect(silent(told.newest)).toEqual(['agent-3']);

    const late = new InspectedWorld();
    for (const batch of accountOf(told.newest)) late.apply(batch);
    expect(silent(late)).toContain('agent-3');
  });

  test('of two processes that are known to run one, that which is alive counts', () => {
    const world = worldAtMs(3_900).clone();
    const [session, actor] = [...world.actors].find(([, { id }]) => id === shop)!;
    const other = actor.node === 'ctl-1' ? 'ctl-2' : 'ctl-1';
    const node = world.nodes.get(actor.node)!;
    world.nodes.set(actor.node, { ...node, heardAtMs: node.heardAtMs - silentAfterMs });
    world.actors.set(`${other}/x`, {
      ...actor,
      node: other,
      revision: 0,
      atMs: 0,
      state: 'orphaned',
    });
    expect(world.actors.get(session)?.state).toBe('bound.settled');
    expect(fleetOf(world, world.atMs).all.get(shop)?.state).toBe('orphaned');
  });

  test('has nothing of what was deleted after the controller that ran it first was killed', () => {
    const world = worldAtMs(3_900).clone();
    const [, actor] = [...world.actors].find(([, { id }]) => id === shop)!;
    const killed = world.nodes.get(actor.node)!;
    const frame: Frame = { ...actor, type: 'actor', steps: [], merged: 0 };
    const next = { ...failoverBatches()[0]!, role: 'controller', node: 'ctl-3' } as const;
    const tell = (sequence: number, frames: readonly Frame[]) => {
      const atMs = killed.heardAtMs + silentAfterMs + sequence;
      world.apply({ ...next, account: null, sequence, atMs, frames: [...frames] });
      return fleetOf(world, atMs).all.get(shop)?.actor.node;
    };

    expect(tell(1, [frame])).toBe('ctl-3');
    expect(tell(2, [{ type: 'gone', atMs: 0, kind: 'load-balancer', id: shop }])).toBeUndefined();
  });

  test('keeps the lanes that have not changed, so that they are not drawn again', () => {
    const before = fleetAtMs(diesAtMs - 1);
    const after = fleetOf(worldAtMs(movedAtMs), movedAtMs, before);
    const again = fleetOf(worldAtMs(movedAtMs), movedAtMs, after);
    expect(after.agents[0]).not.toBe(before.agents[0]);
    expect(again.agents.map((lane, index) => lane === after.agents[index])).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('is searched by names, states, holders and reasons, and filtered by tone', () => {
    const fleet = fleetAtMs(movedAtMs);
    const names = (text: string, tones: readonly ('lost' | 'waiting')[] = []) =>
      [...fleet.all.values()]
        .filter((cell) => passes(cell, { text, tones: new Set(tones) }))
        .map(({ name }) => name);
    expect(names('SHOP')).toEqual(['shop', 'shop-api']);
    expect(names('caddy')).toEqual(['edge']);
    expect(names('', ['lost'])).toEqual(['legacy']);
    expect(laneMatches(fleet.agents[0]!, { text: 'host-1', tones: new Set() })).toBe(true);
  });
});

describe('a sequence', () => {
  test('follows a failover from evidence to traffic', () => {
    const { participants, arrows, left } = sequenceOf(history.entries(), history.newest, {
      kind: 'load-balancer',
      id: shop,
    });
    const told = arrows
      .filter(({ entry }) => entry.atMs >= diesAtMs && entry.atMs < movedAtMs)
      .map(({ from, to, label, state }) => [from, to, label, state?.to ?? null]);
    const lb = `actor/${shop}`;
    expect(told).toEqual([
      ['other/NATS', 'judge/judge', 'connection.closed', 'suspect'],
      ['agent/agent-1', 'judge/judge', 'probe.nobody', 'dead'],
      ['judge/judge', lb, 'agent.lost', 'orphaned'],
      ['placement/placement', lb, 'place', 'rebinding'],
      [expect.stringMatching(/^controller\/ctl-/), 'agent/agent-2', 'command', null],
      ['agent/agent-2', 'agent/agent-2', 'command', 'applying'],
      ['device/agent-2', 'agent/agent-2', 'execute.applied', 'active'],
      ['agent/agent-2', lb, 'driven.applied', 'bound.settled'],
    ]);
    expect(left).toBe(0);
    expect(participants.find(({ key }) => key === lb)?.title).toBe('shop');
    expect(arrows.find(({ label }) => label === 'command')?.tookMs).toBe(184);
  });

  test('of an agent has its messages to the controller that owns its shard', () => {
    const { arrows } = sequenceOf(history.entries(), history.newest, {
      kind: 'agent',
      id: 'agent-2',
    });
    const beat = arrows.find(({ label }) => label === 'heartbeat');
    expect(beat?.to).toMatch(/^controller\/ctl-[12]$/);
    expect(arrows.every(({ entry }) => entry.agent === 'agent-2')).toBe(true);
  });
});

describe('an explanation', () => {
  test('says why a load balancer has to wait, and who was rejected', () => {
    const told = explain(worldAtMs(movedAtMs), legacy, movedAtMs)!;
    expect(told.where).toBe(
      'legacy was held by agent-1 on host-1 until that was lost, and nobody holds it now.',
    );
    expect(told.why).toBe('It can’t leave host-1, and nobody serves there.');
    expect(told.next).toContain('2 agents were rejected for now.');
    expect(told.rejected).toContainEqual({ agent: 'agent-2', reason: 'it is on another host' });
    expect(told.holders[0]).toMatchObject({ role: 'holder', state: 'dead', tone: 'bad' });
  });

  test('tells of the standby, and of the last transitions', () => {
    const told = explain(worldAtMs(3_500), shop, 3_500)!;
    expect(told.where).toBe('shop is held by agent-1 on host-1 under epoch 1, and settled there.');
    expect(told.why).toBe('Its holder is alive; agent-2 stands by.');
    const last = lastTransitions(history.entries(0, history.placeAt(3_500)), 'load-balancer', shop);
    expect(last.map(({ title }) => title)).toEqual([
      'place',
      'driven.applied',
      'place',
      'desired.changed',
    ]);
  });

  test('is none for what nobody knows, and never fails on contexts of any shape', () => {
    expect(explain(history.newest, 'no-such', 0)).toBeNull();
    const world = history.newest.clone();
    const [session, actor] = [...world.actors].find(([, { id }]) => id === shop)!;
    const context = {
      binding: 'x',
      standby: [],
      shadows: 7,
      rejected: [null, 1, {}],
      waitingSince: 'y',
    };
    world.actors.set(session, { ...actor, context });
    expect(explain(world, shop, 0)).toMatchObject({ holders: [], rejected: [] });
  });
});

test('a state has the tone of the nearest one that has any', () => {
  expect(toneOfState('load-balancer', 'bound.settled')).toBe('ok');
  expect(toneOfState('load-balancer', 'bound.degraded')).toBe('bad');
  expect(toneOfState('load-balancer', 'deleting.removing')).toBe('gone');
  expect(toneOfState('device', 'constructor')).toBe('idle');
});
