import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Backend, startBackend } from '../drivers/support/backend.ts';
import { hostState, loadBalancersEach } from './host-state.ts';
import { comesHome } from './homecoming-run.ts';

/** Each with real HAProxy processes; test/long runs many more. */
const hosts = 10;

let backends: { old: Backend; now: Backend };

beforeAll(async () => {
  backends = { old: await startBackend('old'), now: await startBackend('now') };
});

afterAll(async () => {
  await backends.old.close();
  await backends.now.close();
});

describe('whatever an agent finds on its host when it comes back', () => {
  test(`of ${hosts} hosts with ${loadBalancersEach} load balancers each, exactly the right processes run in the end, and no stranger is harmed`, async () => {
    let runs = 0;
    const property = fc.asyncProperty(hostState, async (state) => {
      runs += 1;
      await comesHome(state, backends);
    });

    await fc.assert(property, { numRuns: hosts, seed: 11, endOnFailure: true });

    expect(runs).toBe(hosts);
  }, 180_000);
});
