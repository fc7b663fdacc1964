import { describe, expect, test } from 'vitest';
import type { CheckerContext, CheckerKind } from '../../simulator/checkers/checker.ts';
import { legalStatuses } from '../../simulator/checkers/legal-statuses.ts';
import { oneLoadBalancerPerAddress } from '../../simulator/checkers/one-load-balancer-per-address.ts';
import type { WorldEvent } from '../../simulator/world/events.ts';
import { Losses } from '../../simulator/world/losses.ts';
import type { StoreChange } from '../../src/ports/store.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';

const ids = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
const [old = '', young = ''] = ids;

/** A checker that is told, by hand, what happens to two load balancers of one address. */
function told(kind: CheckerKind) {
  const problems: string[] = [];
  const losses = new Losses();
  const violate = (message: string) => problems.push(message);
  const checker = kind.start({ world: { losses }, violate } as unknown as CheckerContext);
  let atMs = 0;
  const tell = (event: WorldEvent): void => {
    atMs += 1_000;
    losses.observer(event, atMs);
    checker.onEvent?.(event, atMs);
  };
  return {
    problems,
    stored: (change: StoreChange) => tell({ type: 'stored', bucket: 'desired', change, by: 'x' }),
    lost: (change: StoreChange, now: StoreChange) =>
      tell({ type: 'lost', bucket: 'desired', key: change.key, changes: [change], now }),
    /** What the client of the old one is shown of it. */
    shown: (status: string) => {
      const path = `/v2.0/lbaas/loadbalancers/${old}`;
      const body = { loadbalancer: { id: old, provisioning_status: status } };
      const answer =
        status === 'gone'
          ? { status: 404, text: '{}', confirmed: true }
          : { status: 200, text: JSON.stringify(body), confirmed: true };
      const request = { method: 'GET', path, body: null };
      tell({ type: 'wire', client: 'a', request, answer, askedMs: atMs } as unknown as WorldEvent);
    },
  };
}

let revision = 0;
function written(key: string, status: 'live' | 'deleting'): StoreChange {
  revision += 1;
  const document = loadBalancerDocument({ id: key, vip_address: '10.0.0.7' });
  const operationIds = ['req-1'];
  const record = { schema: 1, write: `w${revision}`, status, generation: 1, driver: 'memory' };
  const value = JSON.stringify({ ...record, document, operationIds });
  return { type: 'put', key, value, revision };
}

const removed = (key: string): StoreChange => ({ type: 'removed', key, revision: (revision += 1) });

describe('one-load-balancer-per-address', () => {
  test('excuses one that is back because its removal is lost, until it is removed again', () => {
    const { stored, lost, problems } = told(oneLoadBalancerPerAddress);
    stored(written(old, 'live'));
    stored(removed(old));
    stored(written(young, 'live'));

    lost(removed(old), written(old, 'live'));
    stored(written(old, 'deleting'));
    const whileBack = [...problems];
    stored(removed(old));
    stored(written(old, 'live'));

    expect(whileBack).toEqual([]);
    expect(problems).toEqual([`it has 10.0.0.7, which belongs to ${young}`]);
  });

  test('excuses none of which only the request to delete it is lost', () => {
    const { stored, lost, problems } = told(oneLoadBalancerPerAddress);
    stored(written(old, 'live'));
    lost(written(old, 'deleting'), written(old, 'live'));

    stored(written(young, 'live'));

    expect(problems).toEqual([`it has 10.0.0.7, which belongs to ${old}`]);
  });
});

describe('legal-statuses', () => {
  test('excuses a deletion that is shown again because its end is lost, and nothing else', () => {
    const { shown, lost, problems } = told(legalStatuses);
    shown('PENDING_DELETE');
    shown('gone');
    lost(removed(old), written(old, 'deleting'));

    shown('PENDING_DELETE');
    const excused = [...problems];
    shown('ACTIVE');

    expect(excused).toEqual([]);
    expect(problems).toEqual(['it is shown as ACTIVE after PENDING_DELETE']);
  });

  test('excuses nothing where no end is lost', () => {
    const { shown, problems } = told(legalStatuses);
    shown('PENDING_DELETE');
    shown('gone');

    shown('PENDING_DELETE');

    expect(problems).toEqual(['it is shown as PENDING_DELETE after gone']);
  });
});
