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

const offer = {
  type: 'place',
  candidates: [{ agent: 'agent-1', incarnation: 1, host: 'host-1', device: 'memory' }],
  claimants: [],
  standbyReady: false,
  rejected: [],
  reason: '',
  at: 0,
} as const;

/** A controller that adopts it reads its two records by two watches, of which either may be behind. */
test('what is being deleted is not told otherwise by a document from before', () => {
  const actor = createActor(machine, { id: 'x' }).start();
  actor.send(desired(1, 'live'));
  actor.send(offer);
  actor.send(desired(2, 'deleting'));
  const before = actor.getSnapshot().context;

  actor.send(desired(1, 'live'));

  expect(before).not.toEqual(initialContext);
  expect(actor.getSnapshot().matches({ deleting: 'removing' })).toBe(true);
  expect(actor.getSnapshot().context).toEqual(before);
});

/** Issued anew, because its record or its device knows of a newer generation than the document had. */
test('a deletion that is asked for again has the deadline for which its alarm was set', () => {
  const alarms: (number | null)[] = [];
  const alarm = fromCallback(() => void alarms.push(actor.getSnapshot().context.deadlineAt));
  const actor = createActor(machine.provide({ actors: { deadline: alarm } }), { id: 'x' });
  actor.start();
  actor.send(desired(1, 'live'));
  actor.send(offer);
  actor.send({ ...desired(2, 'deleting'), deadlineAt: 60 });

  actor.send({ ...desired(3, 'deleting'), deadlineAt: 90 });

  const { generation, deadlineAt } = actor.getSnapshot().context;
  expect(generation).toBe(3);
  expect(deadlineAt).toBe(alarms.at(-1));
});
