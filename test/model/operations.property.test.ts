import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LoadBalancerDocument } from '../../machines/model/document.ts';
import { Fault } from '../../machines/model/fault.ts';
import { applyOperation, checkNewDocument } from '../../machines/model/operations/apply.ts';
import { Operation } from '../../machines/model/operations/operation.ts';
import { healthMonitor, listener, loadBalancer, member, nextId, pool } from './documents.ts';

const protocols = ['TCP', 'HTTP', 'UDP'] as const;
const small = fc.nat(3);

/** What to do next; which resource it is done to is chosen among those that exist by then. */
const step = fc.record({
  kind: fc.constantFrom(
    'load-balancer.update',
    'listener.create',
    'listener.update',
    'listener.delete',
    'pool.create',
    'pool.update',
    'pool.delete',
    'member.create',
    'member.update',
    'member.delete',
    'member.batch',
    'health-monitor.create',
    'health-monitor.update',
    'health-monitor.delete',
  ),
  pick: small,
  other: small,
  protocol: fc.constantFrom(...protocols),
  changes: fc.oneof(
    { weight: 4, arbitrary: fc.record({ name: fc.string({ maxLength: 20 }) }) },
    { weight: 2, arbitrary: fc.record({ admin_state_up: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ default_pool_id: fc.constant(null) }) },
    {
      weight: 1,
      arbitrary: fc.record({ weight: fc.integer(), name: fc.string({ minLength: 250 }) }),
    },
    { weight: 1, arbitrary: fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 2 }) },
  ),
});

function operationOf(
  document: LoadBalancerDocument,
  it: typeof step extends fc.Arbitrary<infer S> ? S : never,
): Operation {
  const { changes, protocol } = it;
  const aPool = document.pools[it.pick % Math.max(1, document.pools.length)];
  const poolId = aPool?.id ?? nextId();
  const listenerId =
    document.listeners[it.pick % Math.max(1, document.listeners.length)]?.id ?? nextId();
  const memberId = aPool?.members[it.other % Math.max(1, aPool.members.length)]?.id ?? nextId();
  const monitorId = aPool?.healthmonitor?.id ?? nextId();
  switch (it.kind) {
    case 'load-balancer.update':
      return { type: it.kind, changes };
    case 'listener.create': {
      const fields = { protocol, protocol_port: 80 + it.other };
      return {
        type: it.kind,
        listener: listener(fields),
        pool: it.pick === 0 ? pool({ protocol }) : null,
      };
    }
    case 'listener.update':
      return { type: it.kind, id: listenerId, changes };
    case 'listener.delete':
      return { type: it.kind, id: listenerId };
    case 'pool.create':
      return {
        type: it.kind,
        pool: pool({ protocol }),
        listenerId: it.other === 0 ? listenerId : null,
      };
    case 'pool.update':
      return { type: it.kind, id: poolId, changes };
    case 'pool.delete':
      return { type: it.kind, id: poolId };
    case 'member.create':
      return { type: it.kind, poolId, member: member({ protocol_port: 80 + it.other }) };
    case 'member.update':
      return { type: it.kind, poolId, id: memberId, changes };
    case 'member.delete':
      return { type: it.kind, poolId, id: memberId };
    case 'member.batch': {
      const wanted = [80, 81 + it.other].map((protocol_port) => ({
        member: member({ protocol_port }),
        changes: { weight: it.other },
      }));
      return { type: it.kind, poolId, wanted, additive: it.pick === 0 };
    }
    case 'health-monitor.create':
      return { type: it.kind, poolId, healthmonitor: healthMonitor() };
    case 'health-monitor.update':
      return { type: it.kind, id: monitorId, changes };
    case 'health-monitor.delete':
      return { type: it.kind, id: monitorId };
  }
}

const children = (document: LoadBalancerDocument) => [
  ...document.listeners,
  ...document.pools.flatMap((each) => [
    each,
    ...each.members,
    ...(each.healthmonitor === null ? [] : [each.healthmonitor]),
  ]),
];

test('any sequence of edits keeps the document valid and its generations growing', () => {
  let applied = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 40 }), (steps) => {
      let document = loadBalancer({ pools: [pool(), pool({ protocol: 'UDP' })] });
      let generation = 1;
      for (const each of steps) {
        const operation = Operation.parse(operationOf(document, each));
        const before = document;
        try {
          document = applyOperation(before, operation, {
            generation: generation + 1,
            now: '2026-01-02T03:04:05',
          });
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
          continue;
        }
        generation += 1;
        applied += 1;
        expect(LoadBalancerDocument.parse(document)).toEqual(document);
        expect(checkNewDocument(document)).toEqual(document);
        expect(document.changed_generation).toBe(generation);
        const earlier = new Map(children(before).map((child) => [child.id, child]));
        for (const child of children(document)) {
          const old = earlier.get(child.id);
          expect(child.created_generation).toBe(old?.created_generation ?? generation);
          // What did not change is the same as before; what changed carries the edit's generation.
          if (child.changed_generation !== generation) expect(child).toEqual(old);
        }
      }
    }),
    { numRuns: 150, seed: 42 },
  );
  // A generator that only makes refused edits would prove nothing.
  expect(applied).toBeGreaterThan(500);
});
