import { describe, expect, test } from 'vitest';
import { initialLivenessContext } from '../../machines/liveness/context.ts';
import { initialContext, type LoadBalancerContext } from '../../machines/load-balancer/context.ts';
import {
  leasedDescriptor,
  unfencedDescriptor,
  virtualDescriptor,
} from '../../simulator/world/places.ts';
import type { FleetView } from '../../src/controller/fleet/fleet-view.ts';
import { movedAway, residenceOf } from '../../src/controller/fleet/moved-away.ts';
import { byRecord } from '../../src/controller/fleet/told.ts';
import { agentDescription } from '../fixtures/agent-description.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';
import { fleetView } from './support/fleet-view.ts';

const seat = (agent: string, incarnation: number, epoch: number) => ({ agent, incarnation, epoch });

/** Agents a and b on hosts of their own; the first life of a has ended, and its lease with it. */
function fleet(): FleetView {
  const view = fleetView(virtualDescriptor);
  for (const [agent, incarnation, lapsed] of [['a', 2, 1] as const, ['b', 1, 0] as const]) {
    const description = agentDescription({ host: `host-${agent}` });
    const context = { ...initialLivenessContext, agent, incarnation, lapsed, description };
    view.note(agent, 'alive', context, byRecord(1));
  }
  return view;
}

const moved: LoadBalancerContext = {
  ...initialContext,
  driver: leasedDescriptor.name,
  reschedulable: true,
  leased: true,
  binding: seat('b', 1, 3),
  lastEpoch: 3,
};

describe('where a load balancer lives', () => {
  test('is the host of its holder, since the epoch of that one', () => {
    expect(residenceOf(moved, fleet())).toEqual({ host: 'host-b', epoch: 3 });
  });

  test('is that host alone, once those before are proven to have ended', () => {
    const context = { ...moved, shadows: [seat('a', 1, 1)] };

    expect(residenceOf(context, fleet())).toEqual({ host: 'host-b', epoch: 3 });
  });

  test.each<[string, Partial<LoadBalancerContext>]>([
    ['somebody before may serve it still', { shadows: [seat('a', 2, 2)] }],
    ['nothing is known of somebody before', { shadows: [seat('c', 1, 2)] }],
    ['it is bound to nobody', { binding: null }],
    ['nothing is known of its holder', { binding: seat('c', 1, 3) }],
    ['its holder may have lived elsewhere then', { binding: seat('a', 1, 3) }],
    ['it is being deleted', { status: 'deleting' }],
    ['it can not leave its host', { reschedulable: false }],
    ['its device is on no host', { driver: unfencedDescriptor.name }],
    ['its driver is unknown', { driver: 'unheard-of' }],
  ])('is not told where %s', (_, change) => {
    expect(residenceOf({ ...moved, ...change }, fleet())).toBeNull();
  });
});

describe('what has moved to other hosts', () => {
  const { id } = loadBalancerDocument();
  const contextOf = (asked: string) => (asked === id ? moved : null);
  const current = () => Promise.resolve(true);

  test('is told to agents of all hosts but that', async () => {
    const known = { fleet: fleet(), contextOf, current };

    expect(await movedAway([id, 'unknown'], 'a', known)).toEqual([
      { loadBalancer: id, host: 'host-b', epoch: 3 },
    ]);
    expect(await movedAway([id], 'b', known)).toEqual([]);
  });

  test('is not told where it is not known what was committed, or where the agent lives', async () => {
    const known = { fleet: fleet(), contextOf, current };
    const behind = { ...known, current: () => Promise.resolve(false) };

    expect(await movedAway([id], 'a', behind)).toBeNull();
    expect(await movedAway([id], 'c', known)).toBeNull();
  });
});
