import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AgentFacts } from '../../machines/placement/candidates.ts';
import { rank } from '../../machines/placement/rank.ts';
import { boundedLoadFactor } from '../../machines/placement/rendezvous.ts';
import { agentFacts as agent, ask, reached } from './support/facts.ts';

const names = (count: number) => Array.from({ length: count }, (_, index) => `agent-${index}`);

/** Places load balancers one by one, each with the best agent of its moment. */
function place(ids: readonly string[], agents: readonly string[]): ReadonlyMap<string, string> {
  const load = new Map(agents.map((id) => [id, 0]));
  const placed = new Map<string, string>();
  for (const id of ids) {
    const facts = agents.map((name) => agent(name, { load: load.get(name) ?? 0 }));
    const best = rank(facts, ask(id)).ranked[0]!.id;
    load.set(best, (load.get(best) ?? 0) + 1);
    placed.set(id, best);
  }
  return placed;
}

const arbitraryAgent = fc.record({
  id: fc.constantFrom(...names(12)),
  state: fc.constantFrom('alive', 'suspect', 'dead', 'draining', 'retired', 'joining'),
  devices: fc.subarray([reached('memory'), reached('other')]),
  host: fc.constantFrom('host-1', 'host-2'),
  zone: fc.constantFrom(null, 'north', 'south'),
  capacity: fc.option(fc.nat(4)),
  load: fc.nat(6),
});
const arbitraryFleet = fc
  .uniqueArray(arbitraryAgent, { selector: ({ id }) => id, maxLength: 12 })
  .map((fleet) => fleet.map((facts) => agent(facts.id, facts)));
const arbitraryAsk = fc
  .record({
    loadBalancer: fc.uuid(),
    host: fc.constantFrom(null, 'host-1'),
    zone: fc.constantFrom(null, 'north'),
    excluded: fc.subarray(names(12)),
  })
  .map(({ loadBalancer, host, zone, excluded }) =>
    ask(loadBalancer, { host, zone, exclude: new Map(excluded.map((id) => [id, 'has failed'])) }),
  );

describe('placement', () => {
  test('answers the same for the same question, in whatever order the agents are listed', () => {
    fc.assert(
      fc.property(arbitraryFleet, arbitraryAsk, (fleet, question) => {
        const ids = (agents: readonly AgentFacts[]) =>
          rank(agents, question).ranked.map((a) => a.id);

        expect(ids(fleet)).toEqual(ids(fleet));
        expect(ids(fleet.toReversed())).toEqual(ids(fleet));
      }),
      { seed: 1 },
    );
  });

  test('ranks or rejects each agent, and every rejection has its reason', () => {
    fc.assert(
      fc.property(arbitraryFleet, arbitraryAsk, (fleet, question) => {
        const { ranked, rejected } = rank(fleet, question);

        const named = [...ranked.map(({ id }) => id), ...rejected.map((each) => each.agent)];
        expect(named.toSorted()).toEqual(fleet.map(({ id }) => id).toSorted());
        for (const { reason } of rejected) expect(reason).not.toBe('');
        for (const fit of ranked) {
          expect(fit.state).toBe('alive');
          expect(fit.devices.map(({ device }) => device)).toContain('memory');
          expect(fit.load).toBeLessThan(fit.capacity ?? Infinity);
          expect(question.exclude.has(fit.id)).toBe(false);
          if (question.host !== null) expect(fit.host).toBe(question.host);
          if (question.zone !== null) expect(fit.zone).toBe(question.zone);
        }
      }),
      { seed: 1 },
    );
  });

  test.each([
    ['is dead', agent('a', { state: 'dead' }), ask('x')],
    ['is draining', agent('a', { state: 'draining' }), ask('x')],
    ['is cordoned', agent('a', { cordoned: true }), ask('x')],
    [
      'is being restarted until 2026-01-02T03:04:05Z',
      agent('a', { state: 'restarting', awayUntil: Date.UTC(2026, 0, 2, 3, 4, 5) }),
      ask('x'),
    ],
    ['has failed', agent('a'), ask('x', { exclude: new Map([['a', 'has failed']]) })],
    ['does not run the driver memory (it runs none)', agent('a', { devices: [] }), ask('x')],
    [
      "is on host host-a, and the load balancer can't leave host north",
      agent('a'),
      ask('x', { host: 'north' }),
    ],
    ['is in availability zone none, not south', agent('a'), ask('x', { zone: 'south' })],
    ['is full (3 of 3 load balancers)', agent('a', { capacity: 3, load: 3 }), ask('x')],
  ])('says that an agent %s', (reason, facts, question) => {
    expect(rank([facts], question)).toEqual({ ranked: [], rejected: [{ agent: 'a', reason }] });
  });

  test('without bounds in the way, a lost agent moves only its own', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 10 }), fc.array(fc.uuid()), (size, ids) => {
        const fleet = names(size).map((id) => agent(id));
        const [lost, ...left] = fleet;
        for (const id of ids) {
          const before = rank(fleet, ask(id)).ranked.map((each) => each.id);
          const after = rank(left, ask(id)).ranked.map((each) => each.id);
          expect(after).toEqual(before.filter((each) => each !== lost?.id));
        }
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  test('one by one, nobody gets more than a quarter above the mean, and one', () => {
    const many = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), many, (size, ids) => {
        const counts = new Map<string, number>();
        for (const holder of place(ids, names(size)).values()) {
          counts.set(holder, (counts.get(holder) ?? 0) + 1);
        }

        const fullest = Math.max(...counts.values());
        expect(fullest).toBeLessThanOrEqual(Math.ceil((boundedLoadFactor * ids.length) / size) + 1);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  test('spreads: with many load balancers, every agent has some', () => {
    const ids = Array.from({ length: 400 }, (_, index) => `load-balancer-${index}`);

    const holders = new Set(place(ids, names(8)).values());

    expect(holders.size).toBe(8);
  });

  test('of hosts to avoid, all agents come last, and of forbidden ones none', () => {
    const fleet = names(6).map((id, index) => agent(id, { host: `host-${index % 3}` }));
    const usual = rank(fleet, ask('x')).ranked;
    const apart = {
      never: new Map([['host-0', 'which holds web-1 of the group web']]),
      avoid: new Map([['host-1', 'which holds web-2 of the group mail']]),
    };

    const { ranked, rejected } = rank(fleet, ask('x', { apart }));

    const on = (host: string) => usual.filter((each) => each.host === host);
    expect(ranked).toEqual([...on('host-2'), ...on('host-1')]);
    expect(rejected).toEqual([
      { agent: 'agent-0', reason: 'is on host host-0, which holds web-1 of the group web' },
      { agent: 'agent-3', reason: 'is on host host-0, which holds web-1 of the group web' },
    ]);
  });

  test('of those that flap, all come last, behind hosts to avoid, and none is left out', () => {
    const fleet = names(6).map((id, index) =>
      agent(id, {
        host: `host-${index % 3}`,
        flapping: index < 3 ? 'has come back from death 4 times' : null,
      }),
    );
    const usual = rank(fleet, ask('x')).ranked;
    const apart = {
      never: new Map<string, string>(),
      avoid: new Map([['host-1', 'which holds web-2 of the group mail']]),
    };

    const { ranked, rejected } = rank(fleet, ask('x', { apart }));

    const those = (flaps: boolean, avoided: boolean) =>
      usual.filter(
        (one) => (one.flapping !== null) === flaps && (one.host === 'host-1') === avoided,
      );
    expect(ranked).toEqual(
      [those(false, false), those(false, true), those(true, false), those(true, true)].flat(),
    );
    expect(rejected).toEqual([]);
  });

  test('prefers the less loaded among those above the bound', () => {
    const fleet = [agent('a', { load: 9 }), agent('b', { load: 12 }), agent('c', { load: 0 })];

    const ranked = rank(fleet, ask('x')).ranked.map(({ id }) => id);

    expect(ranked).toEqual(['c', 'a', 'b']);
  });
});
