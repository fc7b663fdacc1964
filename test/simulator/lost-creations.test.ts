import { expect, test } from 'vitest';
import type { CheckerContext } from '../../simulator/checkers/checker.ts';
import { noLoadBalancerLost } from '../../simulator/checkers/no-load-balancer-lost.ts';
import { Ledger } from '../../simulator/workload/ledger.ts';
import type { WorldEvent } from '../../simulator/world/events.ts';
import { Losses } from '../../simulator/world/losses.ts';
import type { StoreChange } from '../../src/ports/store.ts';

const id = '11111111-1111-4111-8111-111111111111';
const written: StoreChange = { type: 'put', key: id, value: '{}', revision: 1 };

/** A store loses the creation of a load balancer at 1 s, and its owner writes it again at 2 s. */
function shownAsGone({ askedMs, answeredMs }: { askedMs: number; answeredMs: number }) {
  const problems: string[] = [];
  const losses = new Losses();
  const ledger = new Ledger();
  const entry = ledger.open('web');
  entry.tellId(id);
  entry.created = 'acknowledged';
  const violate = (message: string) => problems.push(message);
  const context = { world: { losses }, ledger, violate } as unknown as CheckerContext;
  const checker = noLoadBalancerLost.start(context);
  const read = { type: 'client', request: 'read', loadBalancer: id } as const;
  const told: readonly (readonly [number, object])[] = [
    [1_000, { type: 'lost', bucket: 'desired', key: id, changes: [written], now: null }],
    [2_000, { type: 'stored', bucket: 'desired', change: written, by: 'controller-1' }],
    [answeredMs, { type: 'wire', client: 'web', askedMs }],
    [answeredMs, { ...read, outcome: 'acknowledged', detail: 'gone' }],
  ];
  for (const [atMs, event] of told.toSorted(([one], [other]) => one - other)) {
    losses.observer(event as WorldEvent, atMs);
    checker.onEvent?.(event as WorldEvent, atMs);
  }
  return problems;
}

test.each([
  ['while it was lost', { askedMs: 1_200, answeredMs: 1_300 }],
  ['while it was lost, and answered when it was back', { askedMs: 1_999, answeredMs: 2_300 }],
])('what a store has lost may be shown as gone to whoever asked %s', (_, times) => {
  expect(shownAsGone(times)).toEqual([]);
});

test.each([
  ['before it was lost, and was answered by then', { askedMs: 800, answeredMs: 900 }],
  ['after it was written again', { askedMs: 2_001, answeredMs: 2_300 }],
])('and to nobody who asked %s', (_, times) => {
  expect(shownAsGone(times)).toEqual(['read was answered as if it did not exist']);
});
