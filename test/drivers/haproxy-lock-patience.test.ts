import { describe, expect, test } from 'vitest';
import { LockPatience } from '../../drivers/haproxy/lock-patience.ts';

const limits = { lockWaitMs: 500, operationMostMs: 10_000 };
const holder = (isStopped: boolean, startTime = '7') => ({ pid: 42, startTime, isStopped });

describe('who holds a lock, and', () => {
  test('is stopped at each look for half of lockWaitMs, is stuck, and not a moment earlier', () => {
    const patience = new LockPatience(limits, 1_000);

    expect(patience.isDue(1_249)).toBe(false);
    expect(patience.isDue(1_250)).toBe(true);
    expect(patience.stuckAmong([holder(true)], 1_250)).toEqual([]);
    expect(patience.stuckAmong([holder(true)], 1_499)).toEqual([]);
    expect(patience.stuckAmong([holder(true)], 1_500)).toEqual([holder(true)]);
  });

  test('went on in between, as one does that a debugger looks at, is not', () => {
    const patience = new LockPatience(limits, 0);

    const stuck = [true, false, true].map((isStopped, index) =>
      patience.stuckAmong([holder(isStopped)], 300 * (index + 1)),
    );

    expect(stuck).toEqual([[], [], []]);
  });

  test('has another start time than the one before it, is another one', () => {
    const patience = new LockPatience(limits, 0);
    patience.stuckAmong([holder(true)], 250);

    expect(patience.stuckAmong([holder(true, '8')], 500)).toEqual([]);
  });

  test('runs, is stuck once it has held it for longer than any operation takes', () => {
    const patience = new LockPatience(limits, 0);
    patience.stuckAmong([holder(false)], 250);

    expect(patience.stuckAmong([holder(false)], 10_249)).toEqual([]);
    expect(patience.stuckAmong([holder(false)], 10_250)).toEqual([holder(false)]);
    expect(patience.isOver(10_500)).toBe(false);
    expect(patience.isOver(10_501)).toBe(true);
  });
});
