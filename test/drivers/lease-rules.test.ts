import { expect, test } from 'vitest';
import { RetryableError } from '../../drivers/contract/errors.ts';
import { Lease } from '../../drivers/contract/lease.ts';
import type { MonotonicMs } from '../../machines/ports/clock.ts';
import { Virtual } from '../host/support/virtual.ts';

const id = '00000000-0000-4000-8000-000000000001';

function setup() {
  const virtual = new Virtual();
  const lease = new Lease(virtual.clock);
  const inMs = (ms: number) => (virtual.clock.monotonicMs() + ms) as MonotonicMs;
  return { virtual, lease, inMs };
}

test('nothing is let in without a lease, nor with less than a second of it left', () => {
  const { lease, inMs } = setup();

  expect(() => lease.admit(id, 1)).toThrow(/has no lease/);
  lease.prolong(inMs(999));
  expect(() => lease.admit(id, 1)).toThrow(/lasts for 999 ms only/);
  lease.prolong(inMs(1_000));
  expect(() => lease.admit(id, 1)).not.toThrow();
});

test('a lease that was given for longer is not made shorter', () => {
  const { lease, inMs } = setup();
  const long = inMs(60_000);

  lease.prolong(long);
  lease.prolong(inMs(3_000));

  expect(lease.until).toBe(long);
});

test('what was decided under a lease says nothing under the next one', () => {
  const { lease, inMs } = setup();
  lease.prolong(inMs(3_000));
  const term = lease.admit(id, 1);
  expect(lease.untilOf(term)).toBe(lease.until);

  lease.end([[id, 1]]);
  expect(() => lease.untilOf(term)).toThrow(/has ended meanwhile/);
  lease.prolong(inMs(3_000));

  expect(() => lease.untilOf(term)).toThrow(/has ended meanwhile/);
  expect(() => lease.admit(id, 1)).toThrow(/by a newer epoch only/);
  expect(() => lease.admit(id, 2)).not.toThrow();
});

test('a lease that is over by the clock lets nothing in, also before somebody says so', async () => {
  const { virtual, lease, inMs } = setup();
  lease.prolong(inMs(3_000));
  const term = lease.admit(id, 1);

  await virtual.run(3_001);

  expect(lease.isOver).toBe(true);
  expect(() => lease.untilOf(term)).toThrow(RetryableError);
});
