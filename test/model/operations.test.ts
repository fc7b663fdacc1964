import { describe, expect, test } from 'vitest';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import {
  applyOperation,
  canDelete,
  checkNewDocument,
} from '../../machines/model/operations/apply.ts';
import type { Operation } from '../../machines/model/operations/operation.ts';
import { timestampOf } from '../../machines/model/operations/stamp.ts';
import { healthMonitor, listener, loadBalancer, member, nextId, pool, tree } from './documents.ts';
import { faultOf } from './faults.ts';

const now = '2026-01-02T03:04:05';
const stamp = { generation: 2, now };

const apply = (document: LoadBalancerDocument, operation: Operation) =>
  applyOperation(document, operation, stamp);

describe('an edit', () => {
  test('leaves the document that it was given as it was', () => {
    const { document, aPool } = tree();
    const before = structuredClone(document);
    apply(document, { type: 'pool.delete', id: aPool.id });
    expect(document).toEqual(before);
  });

  test('stamps what it changes and what stands above, and nothing else', () => {
    const { document, aMember, aPool } = tree();
    const other = listener({ protocol_port: 81 });
    const both = { ...document, listeners: [...document.listeners, other] };

    const after = apply(both, {
      type: 'member.update',
      poolId: aPool.id,
      id: aMember.id,
      changes: { weight: 7 },
    });

    const stamped = { changed_generation: 2, updated_at: now };
    expect(after).toMatchObject(stamped);
    expect(after.listeners[0]).toMatchObject(stamped);
    expect(after.listeners[1]).toEqual(other);
    expect(after.pools[0]).toMatchObject(stamped);
    expect(after.pools[0]?.members[0]).toMatchObject({ ...stamped, weight: 7 });
    expect(after.pools[0]?.healthmonitor).toEqual(document.pools[0]?.healthmonitor);
  });

  test('overwrites generations and times that a sender wrote into a new resource', () => {
    const forged = { created_generation: 99, changed_generation: 99, updated_at: 'x' };
    const made = pool({
      ...forged,
      members: [member(forged)],
      healthmonitor: healthMonitor(forged),
    });
    const after = apply(loadBalancer(), { type: 'pool.create', pool: made, listenerId: null });
    const fresh = {
      created_generation: 2,
      changed_generation: 2,
      created_at: now,
      updated_at: null,
    };
    expect(after.pools[0]).toMatchObject(fresh);
    expect(after.pools[0]?.members[0]).toMatchObject(fresh);
    expect(after.pools[0]?.healthmonitor).toMatchObject(fresh);
  });

  test('of a generation that the document has already is a mistake of its caller', () => {
    const document = loadBalancer({ changed_generation: 2 });
    expect(() => apply(document, { type: 'load-balancer.update', changes: {} })).toThrow(
      RangeError,
    );
  });

  test('changes only what may change', () => {
    const { document, aListener, aPool, aMember, aMonitor } = tree();
    const edits: Operation[] = [
      { type: 'load-balancer.update', changes: { vip_address: '203.0.113.11' } },
      { type: 'listener.update', id: aListener.id, changes: { protocol_port: 8080 } },
      { type: 'pool.update', id: aPool.id, changes: { protocol: 'TCP' } },
      {
        type: 'member.update',
        poolId: aPool.id,
        id: aMember.id,
        changes: { address: '198.51.100.8' },
      },
      { type: 'health-monitor.update', id: aMonitor.id, changes: { created_generation: 1 } },
    ];
    for (const edit of edits) {
      expect(faultOf(() => apply(document, edit))).toMatch(/^400 Unknown attribute for argument/);
    }
  });

  test('to a value of a wrong type is refused by name', () => {
    const { document, aListener } = tree();
    const operation: Operation = {
      type: 'listener.update',
      id: aListener.id,
      changes: { connection_limit: 'many' },
    };
    expect(faultOf(() => apply(document, operation))).toMatch(
      /^400 Validation failure: listeners\.0\.connection_limit/,
    );
  });

  test('of what is not there is a 404 in the words of Octavia', () => {
    const { document, aPool } = tree();
    const id = nextId();
    const edits: [Operation, string][] = [
      [{ type: 'listener.update', id, changes: {} }, `404 Listener ${id} not found.`],
      [{ type: 'listener.delete', id }, `404 Listener ${id} not found.`],
      [{ type: 'pool.update', id, changes: {} }, `404 Pool ${id} not found.`],
      [{ type: 'pool.delete', id }, `404 Pool ${id} not found.`],
      [{ type: 'pool.create', pool: pool(), listenerId: id }, `404 Listener ${id} not found.`],
      [{ type: 'member.create', poolId: id, member: member() }, `404 Pool ${id} not found.`],
      [{ type: 'member.update', poolId: aPool.id, id, changes: {} }, `404 Member ${id} not found.`],
      [{ type: 'member.delete', poolId: aPool.id, id }, `404 Member ${id} not found.`],
      [
        { type: 'health-monitor.create', poolId: id, healthmonitor: healthMonitor() },
        `404 Pool ${id} not found.`,
      ],
      [{ type: 'health-monitor.update', id, changes: {} }, `404 Health Monitor ${id} not found.`],
      [{ type: 'health-monitor.delete', id }, `404 Health Monitor ${id} not found.`],
    ];
    for (const [edit, fault] of edits) expect(faultOf(() => apply(document, edit))).toBe(fault);
  });

  test('with an id that is taken is refused', () => {
    const { document, aMember, aPool } = tree();
    const twin = member({ id: aMember.id, address: '198.51.100.9' });
    const operation: Operation = { type: 'member.create', poolId: aPool.id, member: twin };
    expect(faultOf(() => apply(document, operation))).toBe(
      '409 Already an entity with that specified id.',
    );
  });
});

describe('a whole load balancer', () => {
  test('is created by the same rules as it is edited', () => {
    const twins = loadBalancer({ listeners: [listener(), listener()] });
    expect(faultOf(() => checkNewDocument(twins))).toMatch(/^409 Another Listener/);
    const dangling = loadBalancer({ listeners: [listener({ default_pool_id: nextId() })] });
    expect(faultOf(() => checkNewDocument(dangling))).toMatch(/^404 Pool/);
    const doubled = loadBalancer({ pools: [pool({ members: [member(), member()] })] });
    expect(faultOf(() => checkNewDocument(doubled))).toMatch(/^409 Another member/);
    const { document } = tree();
    expect(checkNewDocument(document)).toEqual(document);
  });

  test('is deleted with its children only where that is asked for', () => {
    const { document } = tree();
    expect(faultOf(() => canDelete(document, false))).toBe(
      `400 Validation failure: Cannot delete Load Balancer ${document.id} - it has children`,
    );
    expect(faultOf(() => canDelete(document, true))).toBe('no fault');
    expect(faultOf(() => canDelete(loadBalancer(), false))).toBe('no fault');
  });
});

test('timestamps are seconds of UTC without a zone', () => {
  expect(timestampOf(Date.UTC(2019, 4, 1, 9, 0, 0, 999))).toBe('2019-05-01T09:00:00');
});
