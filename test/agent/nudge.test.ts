import { expect, test } from 'vitest';
import { Canceller } from '../../machines/ports/cancellation.ts';
import { Nudge } from '../../src/agent/nudge.ts';
import { Virtual } from '../host/support/virtual.ts';

/** One that rests for a second, and how that ended. */
function resting() {
  const virtual = new Virtual();
  const nudge = new Nudge();
  const begun = new Canceller(new Error('ended'));
  const rest = (signal = begun) => virtual.settled(nudge.rest(virtual.clock, 1_000, signal));
  return { virtual, nudge, begun, rest, restedMs: () => virtual.time.nowMs };
}

test('a rest that nobody ends lasts as long as it is to', async () => {
  const { rest, restedMs } = resting();
  expect(await rest()).toBe(false);
  expect(restedMs()).toBe(1_000);
});

test.each(['a nudge', 'its signal'])('a rest is ended by %s', async (by) => {
  const { virtual, nudge, begun, rest, restedMs } = resting();
  virtual.clock.setTimer(300, () => (by === 'a nudge' ? nudge.give() : begun.abort()));

  expect(await rest()).toBe(by === 'a nudge');
  expect(restedMs()).toBe(300);
});

test('a nudge that comes before a rest ends the next one, and no other', async () => {
  const { nudge, rest, restedMs } = resting();
  nudge.give();

  expect([await rest(), restedMs(), await rest(), restedMs()]).toEqual([true, 0, false, 1_000]);
});

test('somebody who would rest after his end does not take the nudge of who rests', async () => {
  const { virtual, nudge, rest, restedMs } = resting();
  const over = new Canceller(new Error('ended'));
  over.abort();
  virtual.clock.setTimer(100, () => void nudge.rest(virtual.clock, 1_000, over));
  virtual.clock.setTimer(300, () => nudge.give());

  expect(await rest()).toBe(true);
  expect(restedMs()).toBe(300);
});
