import { expect, test } from 'vitest';
import { initialContext } from '../../machines/load-balancer/context.ts';
import type { FleetView } from '../../src/controller/fleet/fleet-view.ts';
import { onRecord } from '../../src/controller/services/on-record.ts';

const seat = { agent: 'agent-1', incarnation: 1, epoch: 3 };

/** What a controller answers agents whose watch of binding records is current, or is not. */
function answers(isCurrent: boolean) {
  const bound = { state: 'bound.settled', context: { ...initialContext, binding: seat } };
  const known = {
    projection: {
      binding: { isCurrent, get: () => bound },
      desired: { isCurrent, get: () => ({ generation: 7 }) },
    },
    owner: { host: { committedContext: () => null } },
    loadBalancers: { current: () => Promise.resolve(isCurrent) },
  };
  type Known = Parameters<typeof onRecord>[0];
  const stores = {} as Parameters<typeof onRecord>[1];
  return onRecord(known as unknown as Known, stores, {} as FleetView);
}

test('a claim is confirmed by what is on record', () => {
  expect(answers(true).holder('a')).toEqual(seat);
  expect(answers(true).generation('a')).toBe(7);
});

test('no claim is confirmed by what the store may have lost since', () => {
  expect(answers(false).holder('a')).toBeNull();
  expect(answers(false).generation('a')).toBe(0);
});
