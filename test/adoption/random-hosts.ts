import fc from 'fast-check';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Backend, startBackend } from '../drivers/support/backend.ts';
import { comesHome } from './homecoming-run.ts';
import { hostState } from './host-state.ts';

/**
 * Starts the backends of a file's tests. What it returns lets an agent come home to so many random hosts;
 * without a seed they are other ones each time, and a failure names its own.
 */
export function randomHosts(): (hosts: number, seed?: number) => Promise<void> {
  let backends: { old: Backend; now: Backend };

  beforeAll(async () => {
    backends = { old: await startBackend('old'), now: await startBackend('now') };
  });

  afterAll(async () => {
    await backends.old.close();
    await backends.now.close();
  });

  return async (hosts, seed) => {
    let runs = 0;
    const property = fc.asyncProperty(hostState, async (state) => {
      runs += 1;
      await comesHome(state, backends);
    });

    await fc.assert(property, {
      numRuns: hosts,
      endOnFailure: true,
      ...(seed === undefined ? {} : { seed }),
    });

    expect(runs).toBe(hosts);
  };
}
