import { expect, test } from 'vitest';
import { Canceller } from '../../machines/ports/cancellation.ts';
import { delay, pause } from '../../machines/ports/clock.ts';
import { VirtualTime, ProcessClock } from '../../simulator/world/virtual-clock.ts';

const why = new Error('not wanted any more');

function aClock() {
  const time = new VirtualTime();
  return { time, clock: new ProcessClock(time, 'test') };
}

test('a delay that is cancelled rejects with the reason, and its timer never runs', async () => {
  const { time, clock } = aClock();
  const canceller = new Canceller(why);
  const delayed = delay(clock, 1_000, canceller);

  canceller.abort();

  await expect(delayed).rejects.toBe(why);
  expect(time.next(10_000)).toBeNull();
});

test('a pause that is cancelled is over at once, and its timer never runs', async () => {
  const { time, clock } = aClock();
  const canceller = new Canceller(why);
  const paused = pause(clock, 1_000, canceller);

  canceller.abort();

  await expect(paused).resolves.toBeUndefined();
  expect(time.next(10_000)).toBeNull();
});

test('what was cancelled before is over before it begins', async () => {
  const { time, clock } = aClock();
  const canceller = new Canceller(why);
  canceller.abort();

  await expect(pause(clock, 1_000, canceller)).resolves.toBeUndefined();
  await expect(delay(clock, 1_000, canceller)).rejects.toBe(why);
  expect(time.next(10_000)).toBeNull();
});

test('who no longer listens is not called, and nobody twice', () => {
  const canceller = new Canceller(why);
  const calls: string[] = [];
  const left = () => calls.push('left');
  canceller.addEventListener('abort', left);
  canceller.addEventListener('abort', () => calls.push('stayed'));
  canceller.removeEventListener('abort', left);

  canceller.abort();
  canceller.abort();

  expect(calls).toEqual(['stayed']);
});
