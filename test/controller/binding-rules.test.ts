import fc from 'fast-check';
import { type AnyStateMachine, initialTransition, transition } from 'xstate';
import { describe, expect, test } from 'vitest';
import {
  authorisedByCommit,
  bindTo,
  nameStandby,
  promote,
  rebindInPlace,
} from '../../machines/load-balancer/binding.ts';
import { initialContext, type LoadBalancerContext } from '../../machines/load-balancer/context.ts';
import { loadBalancerMachine } from '../../machines/load-balancer/machine.ts';
import type { Seat } from '../../machines/protocol/seat.ts';
import { subjects } from '../machines/support/subjects.ts';
import { allEvents } from '../machines/support/explore.ts';

const seat = (agent: string, epoch: number, incarnation = 1): Seat => ({
  agent,
  incarnation,
  epoch,
});
const candidate = (agent: string, incarnation = 1) => ({
  agent,
  incarnation,
  host: `host-${agent}`,
  device: 'memory',
});

/** A record: A is bound under epoch 1, B stands by under epoch 2. */
const record: LoadBalancerContext = {
  ...initialContext,
  driver: 'memory',
  reschedulable: true,
  generation: 1,
  appliedGeneration: 1,
  appliedEpoch: 1,
  binding: seat('a', 1),
  standby: seat('b', 2),
  lastEpoch: 2,
};

/** What becomes of a record in this state when these events are taken. */
function after(state: object | string, context: LoadBalancerContext, ...events: object[]) {
  const machine = loadBalancerMachine as AnyStateMachine;
  let snapshot = machine.resolveState({ value: state as string, context }) as ReturnType<
    typeof initialTransition
  >[0];
  const actions: string[] = [];
  for (const event of events) {
    const [next, taken] = transition(machine, snapshot, event as { type: string });
    snapshot = next;
    actions.push(...taken.map(({ type }) => type));
  }
  const { value, context: changed } = snapshot as unknown as {
    value: unknown;
    context: LoadBalancerContext;
  };
  return { value, actions, ...changed };
}

describe('an offer that was made for another record', () => {
  const tied = { ...record, reschedulable: false, host: 'host-a', standby: null };
  const offer = (...candidates: object[]) => ({
    type: 'place',
    candidates,
    rejected: [],
    reason: null,
    standbyReady: false,
  });

  test('names no standby on a host to which the load balancer can not move', () => {
    const elsewhere = candidate('c');
    const here = { ...candidate('d'), host: 'host-a' };

    expect(after({ bound: 'settled' }, tied, offer(elsewhere)).standby).toBeNull();
    expect(after({ bound: 'settled' }, tied, offer(elsewhere, here)).standby).toEqual(seat('d', 3));
  });

  test('moves it to no such host either', () => {
    const { value, binding } = after('orphaned', tied, offer(candidate('c')));

    expect(value).toBe('orphaned');
    expect(binding).toEqual(seat('a', 1));
  });
});

const nobody = { claimants: [] };

describe('R1: whoever is named takes the next epoch', () => {
  test('a new holder, a new standby and a holder in place each take one', () => {
    expect(bindTo(record, candidate('c'), nobody)).toMatchObject({
      binding: seat('c', 3),
      lastEpoch: 3,
    });
    expect(nameStandby(record, candidate('c'))).toMatchObject({
      standby: seat('c', 3),
      lastEpoch: 3,
    });
    expect(rebindInPlace(record, 0)).toMatchObject({ binding: seat('a', 3), lastEpoch: 3 });
  });

  test('promotion names nobody: the standby keeps the epoch that it was given', () => {
    const promoted = promote(record);

    expect(promoted).toMatchObject({ binding: seat('b', 2), standby: null });
    expect(promoted).not.toHaveProperty('lastEpoch');
  });

  test('a new holder leaves no standby behind that is older than itself', () => {
    expect(bindTo(record, candidate('c'), nobody).standby).toBeNull();
    expect(rebindInPlace(record, 7).standby).toBeNull();
  });

  test('V1: a stale grant and a new binding never share an epoch', () => {
    const granted = promote(record).binding;
    const bound = bindTo(record, candidate('c'), nobody).binding;

    expect(granted?.epoch).not.toBe(bound?.epoch);
  });

  test('V2: nor does a standby that was renamed after the grant', () => {
    const granted = record.standby;
    const renamed = nameStandby({ ...record, standby: null }, candidate('c')).standby;

    expect(granted?.epoch).not.toBe(renamed?.epoch);
  });

  test('in every history of the machine, an epoch means one holder, and grows', () => {
    const { machine, events } = subjects.find(({ name }) => name === 'load-balancer')!;
    const choices = fc.array(fc.nat(1_000), { maxLength: 60 });
    fc.assert(
      fc.property(choices, (history) => {
        let [snapshot] = initialTransition(machine);
        const holders = new Map<number, string>();
        for (const choice of history) {
          if (snapshot.status !== 'active') break;
          const before = snapshot.context as LoadBalancerContext;
          const possible = allEvents(events, snapshot);
          [snapshot] = transition(machine, snapshot, possible[choice % possible.length]!);
          const { binding, standby, lastEpoch } = snapshot.context as LoadBalancerContext;
          expect(lastEpoch).toBeGreaterThanOrEqual(before.lastEpoch);
          for (const named of [binding, standby]) {
            if (named === null) continue;
            const holder = `${named.agent}/${named.incarnation}`;
            expect(holders.get(named.epoch) ?? holder).toBe(holder);
            holders.set(named.epoch, holder);
            expect(named.epoch).toBeLessThanOrEqual(lastEpoch);
          }
          if (binding !== null && standby !== null) {
            expect(standby.epoch).toBeGreaterThan(binding.epoch);
          }
        }
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});

describe('R2, R3 and R4: what a commit authorises', () => {
  test('R2: the committed binding may be commanded', () => {
    expect(authorisedByCommit(seat('a', 1), record)).toBe(true);
  });

  test('R3: so may the committed standby, whose grant that commit was', () => {
    expect(authorisedByCommit(seat('b', 2), record)).toBe(true);
  });

  test.each([
    ['another epoch', seat('b', 3)],
    ['another agent', seat('c', 2)],
    ['another incarnation', seat('b', 2, 2)],
  ])('R4: %s may not, whatever a commit under way says', (_, other) => {
    expect(authorisedByCommit(other, record)).toBe(false);
  });

  test('R4: without a standby on record there is no grant', () => {
    expect(authorisedByCommit(seat('b', 2), { ...record, standby: null })).toBe(false);
  });
});

describe('R6: after a grant, the record of another writer decides', () => {
  const lost = { type: 'agent.lost', agent: 'a', incarnation: 1, verdict: 'dead', at: 1 };
  const place = {
    type: 'place',
    candidates: [candidate('d')],
    standbyReady: true,
    rejected: [],
    reason: '',
    at: 1,
  };

  test('(i) the same seats with a newer generation: promoted all the same', () => {
    const edited = { ...record, generation: 2 };

    expect(after({ bound: 'applying' }, edited, lost, place)).toMatchObject({
      value: 'rebinding',
      binding: seat('b', 2),
      generation: 2,
    });
  });

  test('(i) the same seats, and its standby has answered: promoted with the news of the loss', () => {
    const taken = { ...lost, takenBy: seat('b', 2) };

    expect(after({ bound: 'settled' }, record, taken)).toMatchObject({
      value: 'rebinding',
      binding: seat('b', 2),
      replaced: seat('a', 1),
      standby: null,
    });
  });

  test.each([
    ['renamed', seat('c', 3)],
    ['dropped', null],
  ])('(iv) the standby was %s: whoever else has answered is not promoted', (_, standby) => {
    const changed = { ...record, standby, lastEpoch: 3 };
    const taken = { ...lost, takenBy: seat('b', 2) };

    expect(after({ bound: 'settled' }, changed, taken)).toMatchObject({
      value: 'orphaned',
      binding: seat('a', 1),
      standby,
    });
  });

  test('(iii) another binding stands: whoever has answered takes nothing from it', () => {
    const rebound = { ...record, binding: seat('c', 1, 2) };
    const taken = { ...lost, takenBy: seat('b', 2) };

    expect(after({ bound: 'settled' }, rebound, taken)).toMatchObject({
      value: { bound: 'settled' },
      binding: seat('c', 1, 2),
    });
  });

  test('(ii) promoted already: the verdict names nobody who is bound', () => {
    const promoted = { ...record, binding: seat('b', 2), standby: null };

    expect(after('rebinding', promoted, lost)).toMatchObject({
      value: 'rebinding',
      binding: seat('b', 2),
    });
  });

  test('(iii) another binding stands: nothing is taken from it', () => {
    const rebound = { ...record, binding: seat('c', 3), standby: null, lastEpoch: 3 };

    expect(after({ bound: 'settled' }, rebound, lost)).toMatchObject({
      value: { bound: 'settled' },
      binding: seat('c', 3),
    });
  });

  test('(iv) the standby was renamed: the one that is on record takes over', () => {
    const renamed = { ...record, standby: seat('c', 3), lastEpoch: 3 };

    expect(after({ bound: 'settled' }, renamed, lost, place)).toMatchObject({
      value: 'rebinding',
      binding: seat('c', 3),
    });
  });

  test('(iv) the standby was dropped: the next best is named, under a new epoch', () => {
    const dropped = { ...record, standby: null };
    const nobodyReady = { ...place, standbyReady: false };

    expect(after({ bound: 'settled' }, dropped, lost, nobodyReady)).toMatchObject({
      binding: seat('d', 3),
    });
  });

  test('(v) it is to be deleted: whoever takes it over removes it', () => {
    const deleting = { ...record, status: 'deleting' as const };

    expect(after({ deleting: 'removing' }, deleting, lost, place)).toMatchObject({
      value: { deleting: 'removing' },
      binding: seat('b', 2),
    });
  });

  test('a verdict on an earlier incarnation of the holder moves nothing', () => {
    const anew = { ...record, binding: seat('a', 3, 2), standby: null, lastEpoch: 3 };

    expect(after({ bound: 'settled' }, anew, lost)).toMatchObject({
      value: { bound: 'settled' },
      binding: seat('a', 3, 2),
    });
  });
});

describe('R8: a removal is final', () => {
  test('V9: any confirmed removal ends a deletion, whoever confirms it', () => {
    const deleting = { ...record, status: 'deleting' as const, generation: 2 };
    const tombstone = { epoch: 2, generation: 2, removed: true };
    const claim = { type: 'claim', agent: 'b', incarnation: 1, at: 1, ...tombstone };
    const fenced = { type: 'driven.fenced', epoch: 1, at: 1, by: tombstone };

    const removing = { deleting: 'removing' };
    expect(after(removing, deleting, { type: 'driven.removed', epoch: 2 }).value).toBe('deleted');
    expect(after(removing, deleting, fenced).value).toBe('deleted');
    for (const state of ['removing', 'refused', 'waiting']) {
      expect(after({ deleting: state }, deleting, claim).value, state).toBe('deleted');
    }
  });

  test('a tombstone is no reason to end what is to live: it is shown', () => {
    const fenced = {
      type: 'driven.fenced',
      epoch: 1,
      at: 1,
      by: { ...seat('x', 1), removed: true },
    };

    expect(after('rebinding', record, fenced)).toMatchObject({
      value: { bound: 'degraded' },
      refusal: expect.stringContaining('tombstone') as string,
    });
  });
});

describe('R9: what is held above the record repairs the record', () => {
  const claim = (agent: string, epoch: number) => ({
    type: 'claim',
    agent,
    incarnation: 1,
    epoch,
    generation: 1,
    removed: false,
    at: 1,
  });
  // While it is rebinding there is no standby: test/machines shows that.
  const withStandby: readonly (object | string)[] = [
    { bound: 'settled' },
    { bound: 'applying' },
    { bound: 'degraded' },
    { deleting: 'removing' },
  ];
  const states = ['rebinding', ...withStandby];

  test.each(withStandby)('V8: in %j, the standby that holds its grant is promoted', (state) => {
    expect(after(state, record, claim('b', 2))).toMatchObject({
      binding: seat('b', 2),
      standby: null,
      lastEpoch: 2,
    });
  });

  test.each(states)('in %j, anything else above the binding is outdone', (state) => {
    expect(after(state, record, claim('z', 40))).toMatchObject({
      binding: seat('a', 41),
      lastEpoch: 41,
    });
  });

  test.each(['pending', 'orphaned', { deleting: 'waiting' }, { deleting: 'refused' }])(
    'in %j, it is remembered, so that the next epoch is above it',
    (state) => {
      const after40 = after(state, record, claim('z', 40));

      expect(after40.lastEpoch).toBe(40);
      expect(bindTo(after40, candidate('c'), nobody).binding).toEqual(seat('c', 41));
    },
  );

  test('so is the grant of a former standby that is on record no more', () => {
    const dropped = { ...record, standby: null, lastEpoch: 5 };

    expect(after({ bound: 'settled' }, dropped, claim('b', 2))).toMatchObject({
      value: 'rebinding',
      binding: seat('a', 6),
    });
  });

  test('what is not above the binding changes nothing', () => {
    const before = after({ bound: 'settled' }, record);

    expect(after({ bound: 'settled' }, record, claim('a', 1))).toEqual(before);
  });

  test('being fenced counts as seeing', () => {
    const fenced = {
      type: 'driven.fenced',
      epoch: 1,
      at: 1,
      by: { epoch: 40, generation: 1, removed: false },
    };

    expect(after({ bound: 'applying' }, record, fenced)).toMatchObject({
      value: 'rebinding',
      binding: seat('a', 41),
    });
  });
});

describe('R10: a binding whose incarnation is over is dead', () => {
  const lost = { type: 'agent.lost', agent: 'a', incarnation: 1, verdict: 'anew', at: 1 };

  test('the holder may take it again, under a new epoch', () => {
    const inPlace = {
      type: 'place',
      candidates: [candidate('a', 2)],
      standbyReady: false,
      rejected: [],
      reason: '',
      at: 1,
    };

    const rebound = after({ bound: 'settled' }, record, lost, inPlace);

    expect(rebound).toMatchObject({ value: 'rebinding', binding: seat('a', 3, 2), replaced: null });
  });

  test('a verdict on the standby only drops the standby', () => {
    const standbyLost = { ...lost, agent: 'b' };

    expect(after({ bound: 'settled' }, record, standbyLost)).toMatchObject({
      value: { bound: 'settled' },
      binding: seat('a', 1),
      standby: null,
    });
  });
});
