import { describe, expect, test } from 'vitest';
import { after, candidate, record, seat } from './support/binding-record.ts';

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
    ['no deadline', null, []],
    ['a deadline', 100, ['deadline']],
  ])(
    '(i) a standby that has answered, with %s, has no command to be sent',
    (_, deadlineAt, started) => {
      const taken = { ...lost, takenBy: seat('b', 2) };

      expect(after({ bound: 'settled' }, { ...record, deadlineAt }, taken).children).toEqual(
        started,
      );
    },
  );

  test('(i) a standby that has not answered is commanded', () => {
    expect(after({ bound: 'settled' }, record, lost, place).children).toEqual(['drive']);
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
