import { describe, expect, test, vi } from 'vitest';
import { presets, type Timings } from '../../machines/timings/timings.ts';
import { agentsStandStillScenario as scenario } from '../../simulator/scenarios/agents-stand-still.ts';
import { simulate } from '../../simulator/simulate.ts';
import { stallMoments } from '../../simulator/world/agent-host.ts';
import type { Observer } from '../../simulator/world/events.ts';

// Many runs in one test, and other tests beside it.
vi.setConfig({ testTimeout: 240_000 });

/** What was served at two places in a run, and what that violates. */
async function served(seed: number, timings: Timings, observer: Observer = () => undefined) {
  const { violations, traffic } = await simulate({ seed, scenario, timings, observer });
  return { seed, violated: violations.map(({ checker }) => checker), twiceMs: traffic.twiceMs };
}

describe('agents that stand still at any moment', () => {
  test('serve nobody twice in strict, which is how the scenario runs', async () => {
    const moments = new Set<string>();
    expect(scenario.timings).toEqual(presets.strict);

    // Together they come to every moment at which an agent may stand still.
    for (const seed of [2, 5, 9, 10, 15, 21]) {
      const result = await served(seed, presets.strict, (event) => {
        if (event.type === 'stalled') moments.add(event.moment);
      });

      expect(result).toEqual({ seed, violated: [], twiceMs: 0 });
    }

    expect([...moments].toSorted()).toEqual([...stallMoments].toSorted());
  });

  test.each([
    ['a judge that waits hardly longer than the lease', 18, { ...presets.lan, lapseMs: 3_100 }],
    ['leases of wan, which are long against what rounding down leaves', 67, presets.wan],
  ])('serve somebody twice with %s, and it is measured for how long', async (_, seed, timings) => {
    const { violated, twiceMs } = await served(seed, timings);

    expect(violated).toContain('one-server-per-vip');
    expect(twiceMs).toBeGreaterThan(0);
    expect(twiceMs).toBeLessThan(timings.leaseMs);
  });

  test('serve nobody twice who comes to an address again under the next lease', async () => {
    // What failed under the one lease was tried again under the next one, and came about.
    expect(await served(150, presets.lan)).toEqual({ seed: 150, violated: [], twiceMs: 0 });
  });

  test('leave nothing behind that moved before they were commanded for it', async () => {
    // The record gave an agent what it had held, the command was lost, and so was the word that it moved.
    expect(await served(42, presets.lan)).toEqual({ seed: 42, violated: [], twiceMs: 0 });
  });

  test('serve nobody twice with leases of wan where the judge waits for more than two of them', async () => {
    const timings = { ...presets.wan, lapseMs: 2 * presets.wan.leaseMs + 1_000 };

    expect(await served(67, timings)).toEqual({ seed: 67, violated: [], twiceMs: 0 });
  });
});
