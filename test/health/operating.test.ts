import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MemberState, ObservedListener } from '../../machines/health/observation.ts';
import { operatingReport, servedListeners, worseLast } from '../../machines/health/operating.ts';
import type { LoadBalancerDocument, Member, Pool } from '../../machines/model/document.ts';
import type { OperatingReport, OperatingStatus } from '../../machines/model/status.ts';
import {
  healthMonitor,
  listener,
  loadBalancerDocument,
  member,
  pool,
} from '../fixtures/documents.ts';

/** One listener before one pool, whose members are in these states. */
function web(given: {
  readonly states?: readonly (MemberState | null)[];
  readonly member?: Partial<Member>;
  readonly pool?: Partial<Pool>;
  readonly isUp?: boolean;
  readonly isFull?: boolean;
}) {
  const { states = ['up'], isUp = true, isFull = false } = given;
  const members = states.map(() => member(given.member));
  const servers = pool({ healthmonitor: healthMonitor(), members, ...given.pool });
  const front = listener({ default_pool_id: servers.id });
  const document = loadBalancerDocument({ listeners: [front], pools: [servers] });
  const seen = new Map<string, MemberState>();
  for (const [index, { id }] of members.entries()) {
    const state = states[index] ?? null;
    if (state !== null) seen.set(id, state);
  }
  const observed = [{ id: front.id, isFull, pool: { id: servers.id, isUp, members: seen } }];
  const statuses = (report: OperatingReport) => ({
    loadBalancer: report.loadBalancer,
    listener: report.listeners[front.id],
    pool: report.pools[servers.id],
    members: members.map(({ id }) => report.members[id]),
  });
  return { document, observed, statuses };
}

describe('a member is', () => {
  test.each<[OperatingStatus, string, Parameters<typeof web>[0]]>([
    ['ONLINE', 'its check passes', {}],
    ['ERROR', 'its check fails', { states: ['down'] }],
    ['NO_MONITOR', 'its pool has no monitor', { pool: { healthmonitor: null } }],
    [
      'NO_MONITOR',
      'the monitor is disabled',
      { pool: { healthmonitor: healthMonitor({ admin_state_up: false }) } },
    ],
    ['NO_MONITOR', 'no check runs for it', { states: ['unchecked'] }],
    ['OFFLINE', 'it is disabled', { member: { admin_state_up: false } }],
    [
      'OFFLINE',
      'it is disabled, whatever its check says',
      { states: ['down'], member: { admin_state_up: false } },
    ],
    ['OFFLINE', 'the device has put it aside', { states: ['maintenance'] }],
    ['OFFLINE', 'the device does not know it', { states: [null] }],
    [
      'NO_MONITOR',
      'the device does not know it, and nobody checks',
      { states: [null], pool: { healthmonitor: null } },
    ],
    ['DRAINING', 'its weight is 0', { member: { weight: 0 } }],
    [
      'DRAINING',
      'its weight is 0, and nobody checks',
      { member: { weight: 0 }, pool: { healthmonitor: null } },
    ],
    [
      'ERROR',
      'its check fails, although its weight is 0',
      { states: ['down'], member: { weight: 0 } },
    ],
    ['DRAINING', 'the device drains it', { states: ['draining'] }],
  ])('%s where %s', (status, _, given) => {
    const { document, observed, statuses } = web(given);
    expect(statuses(operatingReport(document, observed)).members).toEqual([status]);
  });
});

describe('a pool and its load balancer are', () => {
  test.each<[OperatingStatus, OperatingStatus, string, Parameters<typeof web>[0]]>([
    ['ONLINE', 'ONLINE', 'all members pass', { states: ['up', 'up'] }],
    ['ONLINE', 'ONLINE', 'there is no member', { states: [] }],
    ['ONLINE', 'ONLINE', 'a member drains', { states: ['up', 'draining'] }],
    ['DEGRADED', 'DEGRADED', 'a member fails', { states: ['up', 'down'] }],
    ['ERROR', 'ERROR', 'nobody is left to serve', { states: ['down', 'down'], isUp: false }],
    ['OFFLINE', 'ONLINE', 'the pool is disabled', { pool: { admin_state_up: false } }],
    ['ONLINE', 'DEGRADED', 'the listener is full', { isFull: true }],
    ['ERROR', 'ERROR', 'the listener is full and nobody serves', { isFull: true, isUp: false }],
  ])('%s and %s where %s', (poolStatus, whole, _, given) => {
    const { document, observed, statuses } = web(given);
    const report = statuses(operatingReport(document, observed));
    expect([report.pool, report.loadBalancer]).toEqual([poolStatus, whole]);
  });
});

describe('a listener is', () => {
  test('ONLINE as long as it takes connections, whatever becomes of its pool', () => {
    const { document, observed, statuses } = web({ states: ['down'], isUp: false });
    expect(statuses(operatingReport(document, observed)).listener).toBe('ONLINE');
  });

  test('DEGRADED where it has as many connections as it may have', () => {
    const { document, observed, statuses } = web({ isFull: true });
    expect(statuses(operatingReport(document, observed)).listener).toBe('DEGRADED');
  });

  test('ERROR where it is to be bound and is not, and so is a load balancer without any', () => {
    const { document, statuses } = web({});
    expect(statuses(operatingReport(document, []))).toEqual({
      loadBalancer: 'ERROR',
      listener: 'ERROR',
      pool: 'OFFLINE',
      members: ['OFFLINE'],
    });
  });

  test('ERROR beside others that are bound, which degrades the load balancer', () => {
    const { document, observed, statuses } = web({});
    const lost = listener({ protocol_port: 81 });
    const two = { ...document, listeners: [...document.listeners, lost] };
    const report = operatingReport(two, observed);
    expect(report.listeners[lost.id]).toBe('ERROR');
    expect(statuses(report)).toMatchObject({ loadBalancer: 'DEGRADED', listener: 'ONLINE' });
  });

  test('OFFLINE where it is disabled, and nobody misses it', () => {
    const off = listener({ admin_state_up: false });
    const report = operatingReport(loadBalancerDocument({ listeners: [off] }), []);
    expect(report).toMatchObject({ loadBalancer: 'ONLINE', listeners: { [off.id]: 'OFFLINE' } });
  });
});

describe('whatever a device says,', () => {
  test('each resource has one status, and nothing else has', () => {
    fc.assert(
      fc.property(situations, ({ document, observed }) => {
        const report = operatingReport(document, observed);
        const ids = (all: readonly { readonly id: string }[]) => all.map(({ id }) => id).toSorted();
        expect(Object.keys(report.listeners).toSorted()).toEqual(ids(document.listeners));
        expect(Object.keys(report.pools).toSorted()).toEqual(ids(document.pools));
        expect(Object.keys(report.members).toSorted()).toEqual(
          ids(document.pools.flatMap(({ members }) => members)),
        );
      }),
    );
  });

  test('a load balancer is ONLINE exactly when nothing that serves is worse', () => {
    fc.assert(
      fc.property(situations, ({ document, observed }) => {
        const report = operatingReport(document, observed);
        const served = servedListeners(document).map(({ id }) => report.listeners[id]);
        const parts = [...served, ...Object.values(report.pools)];
        const isWell = !parts.some((status) => status === 'ERROR' || status === 'DEGRADED');
        expect(report.loadBalancer === 'ONLINE').toBe(isWell && document.admin_state_up);
        if (!document.admin_state_up) expect(report.loadBalancer).toBe('OFFLINE');
      }),
    );
  });

  test('a member that fails makes nothing better', () => {
    fc.assert(
      fc.property(situations, fc.nat(), ({ document, observed }, pick) => {
        const members = document.pools.flatMap((each) => each.members);
        const failing = members[pick % Math.max(1, members.length)]?.id ?? '';
        const before = operatingReport(document, observed);
        const after = operatingReport(document, observed.map(failed(failing)));
        for (const kind of ['listeners', 'pools', 'members'] as const) {
          for (const [id, status] of Object.entries(after[kind])) {
            // What is put aside by a person is so whether its check fails or not.
            expect(rank(status)).toBeGreaterThanOrEqual(rank(before[kind][id]!));
          }
        }
        expect(rank(after.loadBalancer)).toBeGreaterThanOrEqual(rank(before.loadBalancer));
      }),
    );
  });
});

const rank = (status: OperatingStatus): number => worseLast.indexOf(status);

function failed(id: string): (of: ObservedListener) => ObservedListener {
  return (of) => {
    if (of.pool === null || !of.pool.members.has(id)) return of;
    return { ...of, pool: { ...of.pool, members: new Map([...of.pool.members, [id, 'down']]) } };
  };
}

/** Documents of up to three listeners that share up to two pools, and what a device may see of them. */
const situations: fc.Arbitrary<{
  readonly document: LoadBalancerDocument;
  readonly observed: readonly ObservedListener[];
}> = fc
  .record({
    admin: fc.boolean(),
    pools: fc.array(
      fc.record({
        admin: fc.boolean(),
        monitor: fc.constantFrom('none', 'on', 'off'),
        members: fc.array(fc.record({ admin: fc.boolean(), weight: fc.constantFrom(0, 1) }), {
          maxLength: 3,
        }),
      }),
      { maxLength: 2 },
    ),
    listeners: fc.array(
      fc.record({
        admin: fc.boolean(),
        pool: fc.nat(2),
        bound: fc.boolean(),
        isFull: fc.boolean(),
        isUp: fc.boolean(),
        states: fc.array(
          fc.constantFrom<MemberState>('up', 'down', 'draining', 'maintenance', 'unchecked'),
          { minLength: 3, maxLength: 3 },
        ),
      }),
      { maxLength: 3 },
    ),
  })
  .map((drawn) => {
    const pools = drawn.pools.map((each) =>
      pool({
        admin_state_up: each.admin,
        healthmonitor:
          each.monitor === 'none' ? null : healthMonitor({ admin_state_up: each.monitor === 'on' }),
        members: each.members.map(({ admin, weight }) => member({ admin_state_up: admin, weight })),
      }),
    );
    const listeners = drawn.listeners.map((each, index) =>
      listener({
        admin_state_up: each.admin,
        protocol_port: 80 + index,
        default_pool_id: pools[each.pool]?.id ?? null,
      }),
    );
    const document = loadBalancerDocument({ admin_state_up: drawn.admin, listeners, pools });
    const observed = servedListeners(document).flatMap((front) => {
      const each = drawn.listeners[listeners.indexOf(front)]!;
      const behind = pools[each.pool];
      if (!each.bound) return [];
      const members = new Map(behind?.members.map(({ id }, index) => [id, each.states[index]!]));
      const seen = behind === undefined ? null : { id: behind.id, isUp: each.isUp, members };
      return [{ id: front.id, isFull: each.isFull, pool: seen }];
    });
    return { document, observed };
  });
