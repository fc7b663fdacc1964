import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostState, loadBalancersEach } from '../adoption/host-state.ts';
import { comesHome } from '../adoption/homecoming-run.ts';
import { type Backend, startBackend } from '../drivers/support/backend.ts';

/** Other ones each time; a failure names its seed. */
const hosts = 200;
const longestMs = 20 * 60_000;

let backends: { old: Backend; now: Backend };

beforeAll(async () => {
  backends = { old: await startBackend('old'), now: await startBackend('now') };
});

afterAll(async () => {
  await backends.old.close();
  await backends.now.close();
});

test(
  `of ${hosts} hosts with ${loadBalancersEach} load balancers each, exactly the right processes run when their agent came home, and no stranger is harmed`,
  async () => {
    let runs = 0;
    const property = fc.asyncProperty(hostState, async (state) => {
      runs += 1;
      await comesHome(state, backends);
    });

    await fc.assert(property, { numRuns: hosts, endOnFailure: true });

    expect(runs).toBe(hosts);
  },
  longestMs,
);
