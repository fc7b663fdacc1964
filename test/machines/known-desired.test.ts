import { expect, test } from 'vitest';
import { createActor, fromCallback } from 'xstate';
import { initialContext } from '../../machines/load-balancer/context.ts';
import { loadBalancerMachine } from '../../machines/load-balancer/machine.ts';

const idle = fromCallback(() => undefined);
const machine = loadBalancerMachine.provide({
  actors: { drive: idle, deadline: idle, retry: idle },
});

const desired = (generation: number, status: 'live' | 'deleting') =>
  ({
    type: 'desired.changed',
    generation,
    status,
    driver: 'memory',
    reschedulable: true,
    leased: false,
    queued: false,
    zone: null,
    at: 0,
    deadlineAt: 1,
  }) as const;

/** A controller that adopts it reads its two records by two watches, of which either may be behind. */
test('what is being deleted is not told otherwise by a document from before', () => {
  const actor = createActor(machine, { id: 'x' }).start();
  actor.send(desired(1, 'live'));
  const [agent, incarnation, host] = ['agent-1', 1, 'host-1'];
  const candidates = [{ agent, incarnation, host, device: 'memory' }];
  const nobodyElse = { claimants: [], standbyReady: false, rejected: [], reason: '', at: 0 };
  actor.send({ type: 'place', candidates, ...nobodyElse });
  actor.send(desired(2, 'deleting'));
  const before = actor.getSnapshot().context;

  actor.send(desired(1, 'live'));

  expect(before).not.toEqual(initialContext);
  expect(actor.getSnapshot().matches({ deleting: 'removing' })).toBe(true);
  expect(actor.getSnapshot().context).toEqual(before);
});
