import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Clock } from '../../machines/ports/clock.ts';
import { takesRecords } from '../../simulator/chaos/takes-records.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { NatsWorld } from '../adapters/nats-world.ts';

let world: NatsWorld;

beforeAll(async () => {
  world = await NatsWorld.start();
});

afterAll(() => world.close());

const never = new AbortController().signal;
const formingMs = 1_000;

const probe = (replicas: number, { clock = systemClock as Clock, signal = never } = {}) =>
  takesRecords([world.server.url], {
    seed: world.keys.controller.seed,
    replicas,
    formingMs,
    clock,
    signal,
  });

test('servers that have found too few others for what is to be placed are told apart', async () => {
  expect(await probe(3)).toBe(false);
  expect(await probe(1)).toBe(true);
});

test('a run that is broken off does not take its servers for lost', async () => {
  const run = new AbortController();
  // Once it is connected, it waits for so long at most.
  const clock: Clock = {
    ...systemClock,
    setTimer(delayMs, then) {
      if (delayMs === formingMs) run.abort(new Error('broken off'));
      return systemClock.setTimer(delayMs, then);
    },
  };

  await expect(probe(3, { clock, signal: run.signal })).rejects.toThrow('broken off');
});
