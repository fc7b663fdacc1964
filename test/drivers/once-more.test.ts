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
  { leaseMs: 2_990, leftMs: [1_300] },
  { leaseMs: 9_990, leftMs: [1_300] },
  { leaseMs: 1_301, leftMs: [1_300] },
  { leaseMs: 1_300, leftMs: [] },
  { leaseMs: 2_301, leftMs: [1_300] },
  { leaseMs: 2_300, leftMs: [] },
  { leaseMs: 3_000, leftMs: [] },
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
    tell(2_990);
    await virtual.run(500);
  }

  expect(again).toEqual([]);
});

test('nothing is told of a lease that has ended before its time', async () => {
  const { virtual, onceMore, again, tell } = setup();

  tell(2_990);
  onceMore.stop();
  await virtual.run(6_000);

  expect(again).toEqual([]);
});

test('nothing is told once more after it was closed, also of a lease of which the host is being told', async () => {
  const { virtual, onceMore, again, tell } = setup();

  tell(2_990);
  onceMore.close();
  tell(2_990);
  await virtual.run(6_000);

  expect(again).toEqual([]);
});
