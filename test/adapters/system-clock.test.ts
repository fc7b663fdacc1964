import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemClock, timerDelayMaxMs } from '../../src/adapters/system-clock.ts';
import { systemRandom } from '../../src/adapters/system-random.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('the system clock', () => {
  test('runs a timer of 0 after the current work, and not a cleared one', async () => {
    const ran: string[] = [];
    await new Promise<void>((resolve) => {
      systemClock.clearTimer(systemClock.setTimer(0, () => ran.push('cleared')));
      systemClock.setTimer(0, () => ran.push('timer'));
      ran.push('current work');
      systemClock.setTimer(1, resolve);
    });
    expect(ran).toEqual(['current work', 'timer']);
  });

  test('waits longer than Node can in one go', () => {
    vi.useFakeTimers();
    let ran = false;
    systemClock.setTimer(timerDelayMaxMs + 1_000, () => (ran = true));
    vi.advanceTimersByTime(timerDelayMaxMs + 999);
    expect(ran).toBe(false);
    vi.advanceTimersByTime(1);
    expect(ran).toBe(true);
  });

  test('clears a long timer in its second step', () => {
    vi.useFakeTimers();
    let ran = false;
    const timer = systemClock.setTimer(timerDelayMaxMs + 1_000, () => (ran = true));
    vi.advanceTimersByTime(timerDelayMaxMs + 1);
    systemClock.clearTimer(timer);
    vi.advanceTimersByTime(5_000);
    expect(ran).toBe(false);
  });

  test('refuses a delay that is no number', () => {
    expect(() => systemClock.setTimer(Number.NaN, () => undefined)).toThrow(RangeError);
  });

  test('never goes back in monotonic time', () => {
    const first = systemClock.monotonicMs();
    expect(systemClock.monotonicMs()).toBeGreaterThanOrEqual(first);
  });
});

test('system ids are version 4 UUIDs, each another one', () => {
  const [one, two] = [systemRandom.uuid(), systemRandom.uuid()];
  expect(one).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(two).not.toBe(one);
});
