import { expect, test } from 'vitest';
import { applyOperation, checkNewDocument } from '../../machines/model/operations/apply.ts';
import {
  documentBytesMax,
  listenersMax,
  membersMax,
  poolsMax,
} from '../../machines/model/operations/limits.ts';
import { recordBytesMax } from '../../src/ports/store.ts';
import { healthMonitor, listener, loadBalancer, member, pool } from './documents.ts';
import { faultOf } from './faults.ts';

const stamp = { generation: 2, now: '2026-01-02T03:04:05' };
const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));
const uuid = '01234567-89ab-4cde-8f01-23456789abcd';
const common = { name: uuid, project_id: uuid, updated_at: '2026-01-02T03:04:05' };

function full() {
  const pools = many(poolsMax, () => pool({ ...common, healthmonitor: healthMonitor(common) }));
  const [first, ...others] = pools;
  const members = many(membersMax, (index) =>
    member({ ...common, subnet_id: uuid, protocol_port: 1000 + index }),
  );
  return loadBalancer({
    ...common,
    pools: first === undefined ? [] : [{ ...first, members }, ...others],
    listeners: many(listenersMax, (index) =>
      listener({ ...common, protocol_port: 1000 + index, default_pool_id: first?.id ?? null }),
    ),
  });
}

test('a load balancer at every limit is one record', () => {
  const document = checkNewDocument(full());
  const bytes = new TextEncoder().encode(JSON.stringify(document)).length;
  expect(bytes).toBeLessThanOrEqual(documentBytesMax);
  expect(documentBytesMax).toBeLessThan(recordBytesMax);
});

test('one more of anything is a met quota that names its limit', () => {
  const document = full();
  const poolId = document.pools[1]?.id ?? '';
  const over = [
    { type: 'listener.create', listener: listener({ protocol_port: 1 }), pool: null },
    { type: 'pool.create', pool: pool(), listenerId: null },
    { type: 'member.create', poolId, member: member() },
  ] as const;
  expect(over.map((each) => faultOf(() => applyOperation(document, each, stamp)))).toEqual([
    '403 Quota has been met for resources: Listener. A load balancer holds at most 64 listeners.',
    '403 Quota has been met for resources: Pool. A load balancer holds at most 64 pools.',
    '403 Quota has been met for resources: Member. A load balancer holds at most 500 members over ' +
      'all of its pools; this would be 501.',
  ]);
});

test('bytes count where names are long, in UTF-8', () => {
  const tags = many(64, (index) => `${index}${'€'.repeat(250)}`);
  const target = pool();
  const members = many(12, (index) => member({ tags, protocol_port: 1 + index }));
  const document = loadBalancer({ pools: [{ ...target, members: members.slice(0, 8) }] });
  expect(faultOf(() => checkNewDocument(document))).toBe('no fault');
  const heavier = loadBalancer({ pools: [{ ...target, members }] });
  expect(faultOf(() => checkNewDocument(heavier))).toMatch(
    /^403 Quota has been met for resources: Load Balancer\. .* 458752 bytes of configuration/,
  );
});
