import fc from 'fast-check';
import { initialTransition, transition } from 'xstate';
import { describe, expect, test } from 'vitest';
import {
  authorisedByCommit,
  bindTo,
  nameStandby,
  promote,
  rebindInPlace,
} from '../../machines/load-balancer/binding.ts';
import type { LoadBalancerContext } from '../../machines/load-balancer/context.ts';
import { subjects } from '../machines/support/subjects.ts';
import { allEvents } from '../machines/support/explore.ts';
import { after, candidate, record, seat } from './support/binding-record.ts';

test('what waits in its queue with nothing to be done stays with its holder, and has no standby there', () => {
  const offer = { type: 'place', candidates: [candidate('a')], rejected: [], standbyReady: false };
  const waiting = { ...record, queued: true };
  const edited = { ...waiting, deadlineAt: 5 };

  const [stays, goesOn] = [waiting, edited].map((one) => after({ bound: 'queued' }, one, offer));

  expect(stays).toMatchObject({
    value: { bound: 'settled' },
    binding: seat('a', 1),
    standby: null,
  });
  expect(goesOn).toMatchObject({ value: 'rebinding', binding: seat('a', 3) });
});

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
