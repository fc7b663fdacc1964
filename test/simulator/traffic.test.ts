import { expect, test } from 'vitest';
import { Exposure } from '../../simulator/world/exposure.ts';
import { Traffic } from '../../simulator/world/traffic.ts';
import type { WorldEvent } from '../../simulator/world/events.ts';

function served(place: string, agent: string | null): WorldEvent {
  return { type: 'served', place, loadBalancer: 'web', agent, cause: 'call' };
}

function accepted(epoch: number): WorldEvent {
  const entry = {
    at: 0,
    lb: 'web',
    epoch,
    generation: 1,
    agent: 'agent-1',
    kind: 'applied',
  } as const;
  return { type: 'device', place: 'appliance', entry };
}

test('traffic: who serves from when to when, and how long two or nobody did', () => {
  const traffic = new Traffic();

  traffic.observer(served('host-1', 'agent-1'), 100);
  traffic.observer(served('host-2', 'agent-2'), 150);
  traffic.observer(served('host-1', null), 180);

  expect(traffic.servers('web')).toEqual([
    { place: 'host-2', agent: 'agent-2', fromMs: 150, toMs: null },
  ]);
  expect(traffic.services('web')[0]).toMatchObject({ place: 'host-1', fromMs: 100, toMs: 180 });
  expect(traffic.sums(200)).toEqual({ unservedMs: 0, twiceMs: 30 });
});

test('traffic: what was never wanted, or never served before, is not missed', () => {
  const traffic = new Traffic();

  traffic.observer(served('host-1', 'agent-1'), 100);
  traffic.observer(served('host-1', null), 180);

  expect(traffic.sums(1_000).unservedMs).toBe(0);
});

test('exposure: lasts from the write of a stale epoch to the next of a newer one', () => {
  const exposure = new Exposure();

  for (const [epoch, atMs] of [
    [1, 0],
    [2, 100],
    [1, 120],
    [1, 130],
    [2, 150],
    [3, 400],
  ] as const) {
    exposure.observer(accepted(epoch), atMs);
  }

  expect(exposure.totalMs(500)).toBe(30);
});
