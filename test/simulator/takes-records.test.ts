import { afterAll, beforeAll, expect, test } from 'vitest';
import { takesRecords } from '../../simulator/chaos/takes-records.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { NatsWorld } from '../adapters/nats-world.ts';

let world: NatsWorld;

beforeAll(async () => {
  world = await NatsWorld.start();
});

afterAll(() => world.close());

const probe = (replicas: number, signal?: AbortSignal) =>
  takesRecords([world.server.url], {
    seed: world.keys.controller.seed,
    replicas,
    formingMs: 1_000,
    clock: systemClock,
    ...(signal === undefined ? {} : { signal }),
  });

test('servers that have found too few others for what is to be placed are told apart', async () => {
  expect(await probe(3)).toBe(false);
  expect(await probe(1)).toBe(true);
});

test('a run that is broken off does not take its servers for lost', async () => {
  await expect(probe(3, AbortSignal.abort(new Error('broken off')))).rejects.toThrow('broken off');
});
