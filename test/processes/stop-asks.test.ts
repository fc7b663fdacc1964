import { expect, test } from 'vitest';
import type { MonotonicMs } from '../../machines/ports/clock.ts';
import { stopAsks } from '../../src/processes/stop-asks.ts';

test('a signal that npm passes on, which was told already, is an echo; one that comes later insists', () => {
  let nowMs = 5_000;
  const ask = stopAsks({ monotonicMs: () => nowMs as MonotonicMs });

  const atOnce = [ask(), ask()];
  nowMs += 999;
  const soon = ask();
  nowMs += 1;
  const later = [ask(), ask()];

  expect([...atOnce, soon, ...later]).toEqual(['first', 'echo', 'echo', 'again', 'again']);
});
