import { describe, expect, test } from 'vitest';
import { bestCandidate, bindTo, standbyCandidate } from '../../machines/load-balancer/binding.ts';
import {
  initialContext,
  type LoadBalancerContext,
  shadowsMax,
} from '../../machines/load-balancer/context.ts';
import { type Claimant, mayStart, standing } from '../../machines/load-balancer/shadows.ts';

const seat = (agent: string, epoch: number, incarnation = 1) => ({ agent, incarnation, epoch });
const candidate = (agent: string, host = `host-${agent}`, incarnation = 1) => ({
  agent,
  incarnation,
  host,
  device: 'vip',
});
const known = (agent: string, ended: boolean, incarnation = 1): Claimant => ({
  agent,
  incarnation,
  host: `host-${agent}`,
  ended,
});

const leased: LoadBalancerContext = {
  ...initialContext,
  driver: 'vip',
  reschedulable: true,
  leased: true,
  binding: seat('a', 1),
  host: 'host-a',
  lastEpoch: 1,
};
const place = { type: 'place', standbyReady: false, rejected: [], reason: '', at: 0 } as const;
const leaving = {
  type: 'agent.leaving',
  agent: 'a',
  incarnation: 1,
  standbyReady: false,
  at: 0,
} as const;

describe('R11: a holder that is served under a lease', () => {
  test('keeps others from starting elsewhere until its end is proven', () => {
    expect(mayStart(leased, candidate('b'), [known('a', false)])).toBe(false);
    expect(mayStart(leased, candidate('b'), [known('a', true)])).toBe(true);
  });

  test('stands in nobody’s way on its own host, where the marker keeps the order', () => {
    expect(mayStart(leased, candidate('b', 'host-a'), [known('a', false)])).toBe(true);
  });

  test('of whom nothing is known may be anywhere', () => {
    expect(standing(leased, [])).toEqual([seat('a', 1)]);
    expect(mayStart(leased, candidate('b', 'host-a'), [])).toBe(false);
  });

  test('stands in the way of its whole host where what it serves runs on no host', () => {
    const onNoHost = [{ ...known('a', false), host: null }];

    expect(mayStart(leased, candidate('b', 'host-a'), onNoHost)).toBe(false);
    expect(mayStart(leased, candidate('a', 'host-a', 2), onNoHost)).toBe(true);
  });

  test('is proven to have ended by its own incarnation only', () => {
    const candidates = [candidate('b')];

    const claimants = [known('a', true, 2), known('a', false, 1)];

    expect(bestCandidate(leased, { ...place, candidates, claimants })).toBeNull();
  });

  test('that still serves and is left becomes a shadow, and the next one waits for its end', () => {
    const candidates = [candidate('b')];
    const claimants = [known('a', false)];

    const to = bestCandidate(leased, { ...leaving, candidates, claimants });
    const after = { ...leased, ...bindTo(leased, to!, { claimants }) };

    expect(after).toMatchObject({ binding: seat('b', 2), shadows: [seat('a', 1)] });
    expect(mayStart(after, candidate('c'), [known('a', true), known('b', false)])).toBe(false);
  });

  test('is no shadow any more once it has ended, or holds it again', () => {
    const shadowed = { ...leased, binding: seat('b', 2), shadows: [seat('a', 1)], lastEpoch: 2 };

    const ended = bindTo(shadowed, candidate('c'), {
      claimants: [known('a', true), known('b', true)],
    });
    const again = bindTo(shadowed, candidate('a', 'host-a', 2), {
      claimants: [known('a', false), known('b', true)],
    });

    expect(ended.shadows).toEqual([]);
    expect(again.shadows).toEqual([]);
  });

  test.each([
    [shadowsMax - 1, true],
    [shadowsMax, false],
  ])('with %i shadows on record may be left: %s', (count, may) => {
    const shadows = Array.from({ length: count }, (_, index) => seat(`s${index}`, 1));
    const claimants = [known('a', false), ...shadows.map(({ agent }) => known(agent, false))];

    const to = bestCandidate(
      { ...leased, shadows },
      { ...leaving, candidates: [candidate('b')], claimants },
    );

    expect(to !== null).toBe(may);
  });

  test('has no standby, because nobody could start before its lease has lapsed', () => {
    const offer = { ...place, candidates: [candidate('b')], claimants: [known('a', true)] };

    expect(standbyCandidate(leased, offer)).toBeNull();
    expect(standbyCandidate({ ...leased, leased: false }, offer)).toEqual(candidate('b'));
  });
});

test('what is not leased knows no shadows', () => {
  const other = { ...leased, leased: false };

  expect(standing(other, [])).toEqual([]);
  expect(bindTo(other, candidate('b'), { claimants: [] }).shadows).toEqual([]);
});
