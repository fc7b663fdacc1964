import { describe, expect, test } from 'vitest';
import { restartLeaseMaxMs } from '../../machines/timings/timings.ts';
import { clockDoubtMs, keptForMs, Lapses } from '../../src/controller/liveness/lapses.ts';
import { Virtual } from '../host/support/virtual.ts';

const lapseMs = 4_500;

function judge(over: ReadonlySet<number>) {
  const virtual = new Virtual();
  const lapsed: string[] = [];
  const lapses = new Lapses({
    clock: virtual.clock,
    lapseMs,
    isOver: (_, incarnation) => over.has(incarnation),
    lapsed: (agent, incarnation) => lapsed.push(`${agent}/${incarnation}`),
  });
  const after = async (ms: number) => {
    await virtual.run(ms);
    lapses.look();
    return [...lapsed];
  };
  return { lapses, after };
}

describe('a lease has surely run out', () => {
  test('so long after it was last acknowledged, and not a moment before', async () => {
    const { lapses, after } = judge(new Set([1]));
    lapses.given('a', 1);

    expect(await after(lapseMs - 1)).toEqual([]);
    expect(await after(1)).toEqual(['a/1']);
    expect(await after(lapseMs)).toEqual(['a/1']);
  });

  test('only where it will never be acknowledged again', async () => {
    const { lapses, after } = judge(new Set());
    lapses.given('a', 1);

    expect(await after(10 * lapseMs)).toEqual([]);
  });

  test('counted from the last acknowledgement', async () => {
    const { lapses, after } = judge(new Set([1]));
    lapses.given('a', 1);
    await after(lapseMs - 1);
    lapses.given('a', 1);

    expect(await after(lapseMs - 1)).toEqual([]);
    expect(await after(1)).toEqual(['a/1']);
  });

  test('for each incarnation by itself', async () => {
    const { lapses, after } = judge(new Set([1]));
    lapses.given('a', 1);
    await after(1_000);
    lapses.given('a', 2);

    expect(await after(lapseMs)).toEqual(['a/1']);
  });

  test('not while the host was told to keep what it serves over a planned restart', async () => {
    const { lapses, after } = judge(new Set([1]));
    lapses.kept('a', 60_000);
    lapses.given('a', 1);

    expect(await after(60_000 + lapseMs - 1)).toEqual([]);
    expect(await after(1)).toEqual(['a/1']);
  });

  test('not by this judge once another one judges', async () => {
    const { lapses, after } = judge(new Set([1]));
    lapses.given('a', 1);
    lapses.abandon('a');

    expect(await after(10 * lapseMs)).toEqual([]);
  });
});

describe('until when a host keeps what it serves over a planned restart, by the record', () => {
  const nowMs = 1_000_000_000;
  const leaseMs = 60_000;

  test.each([
    ['is believed while it lasts', nowMs + 5_000, 5_000],
    ['is believed up to the longest lease', nowMs + restartLeaseMaxMs + 1, restartLeaseMaxMs],
    ['is doubted once it is over, because this clock may be ahead', nowMs, leaseMs],
    ['is doubted as long as clocks may differ', nowMs - clockDoubtMs + 1, leaseMs],
    ['is over where that was longer ago', nowMs - clockDoubtMs, 0],
    ['is over where there has never been one', 0, 0],
  ])('%s', (_, keptUntilMs, waitsMs) => {
    expect(keptForMs(keptUntilMs, nowMs, leaseMs)).toBe(waitsMs);
  });
});
