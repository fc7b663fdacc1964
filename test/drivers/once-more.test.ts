import { expect, test } from 'vitest';
import { OnceMore } from '../../drivers/contract/once-more.ts';
import type { MonotonicMs } from '../../machines/ports/clock.ts';
import { Virtual } from '../host/support/virtual.ts';

/** A host that is told of leases, and what was left of each when it was told of it once more. */
function setup() {
  const virtual = new Virtual();
  const { clock } = virtual;
  const again: number[] = [];
  let until = clock.monotonicMs();
  const onceMore = new OnceMore({
    clock,
    renew: () => {
      again.push(until - clock.monotonicMs());
      onceMore.told(until);
    },
  });
  const tell = (leaseMs: number) => {
    until = (clock.monotonicMs() + leaseMs) as MonotonicMs;
    onceMore.told(until);
  };
  return { virtual, onceMore, again, tell };
}

test.each([
  { leaseMs: 3_000, leftMs: [] },
  { leaseMs: 9_990, leftMs: [9_250] },
  { leaseMs: 2_999, leftMs: [2_250] },
  { leaseMs: 2_251, leftMs: [2_250] },
  { leaseMs: 2_250, leftMs: [] },
  { leaseMs: 1_251, leftMs: [1_250] },
  { leaseMs: 999, leftMs: [] },
])(
  'of a lease of $leaseMs ms a host is told once more with $leftMs ms left',
  async ({ leaseMs, leftMs }) => {
    const { virtual, again, tell } = setup();

    tell(leaseMs);
    await virtual.run(2 * leaseMs);

    expect(again).toEqual(leftMs);
  },
);

test('who is told of a newer lease before that is told nothing of the older one', async () => {
  const { virtual, again, tell } = setup();

  for (let beats = 0; beats < 10; beats += 1) {
    tell(3_000);
    await virtual.run(500);
  }

  expect(again).toEqual([]);
});

test('nothing is told of a lease that has ended before its time', async () => {
  const { virtual, onceMore, again, tell } = setup();

  tell(3_000);
  onceMore.stop();
  await virtual.run(6_000);

  expect(again).toEqual([]);
});
