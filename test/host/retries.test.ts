import { describe, expect, onTestFinished, test } from 'vitest';
import { Canceller } from '../../machines/ports/cancellation.ts';
import { backoffMs } from '../../machines/timings/backoff.ts';
import { Retries } from '../../src/host/retries.ts';
import { Virtual } from './support/virtual.ts';

const retryMs = 50;
const retryMaxMs = 2_000;

function waiting() {
  const virtual = new Virtual();
  const { clock, time } = virtual;
  const stop = new Canceller(new Error('the host was stopped'));
  const retries = new Retries({ clock, retryMs, retryMaxMs, signal: stop });
  onTestFinished(() => stop.abort());
  /** After how long one that has failed so often before may try again. */
  const rest = async (failures: number): Promise<number> => {
    const sinceMs = time.nowMs;
    await retries.rest(failures);
    return time.nowMs - sinceMs;
  };
  return { virtual, stop, retries, rest };
}

describe('who was not answered by a store', () => {
  test('waits longer after each failure, up to the most', async () => {
    const { virtual, rest } = waiting();
    const waited: number[] = [];

    for (const failures of [0, 1, 2, 5, 6, 100]) waited.push(await virtual.settled(rest(failures)));

    expect(waited).toEqual([50, 100, 200, 1_600, 2_000, 2_000]);
    expect(waited[3]).toBe(backoffMs(5, retryMs, retryMaxMs));
  });

  test('waits no longer once somebody is answered, whoever it is', async () => {
    const { virtual, retries, rest } = waiting();
    const all = [rest(5), rest(9)];

    await virtual.run(700);
    retries.answered();

    expect(await virtual.settled(Promise.all(all))).toEqual([700, 700]);
  });

  test('tries no more often than after a first failure, however often others are answered', async () => {
    const { virtual, retries, rest } = waiting();
    const resting = rest(9);

    await virtual.run(10);
    retries.answered();

    expect(await virtual.settled(resting)).toBe(retryMs);
  });

  test('is not led on by an answer from before its failure', async () => {
    const { virtual, retries, rest } = waiting();
    retries.answered();

    expect(await virtual.settled(rest(3))).toBe(400);
  });

  test.each([10, 500])('tries no more when all is stopped, %d ms later', async (afterMs) => {
    const { virtual, stop, rest } = waiting();
    const ended = rest(9).catch((error: Error) => error.message);

    await virtual.run(afterMs);
    stop.abort();

    expect(await virtual.settled(ended)).toBe('the host was stopped');
  });
});
