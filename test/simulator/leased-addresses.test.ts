import { describe, expect, test } from 'vitest';
import { type Timings, presets } from '../../machines/timings/timings.ts';
import type { Fault } from '../../simulator/faults/fault.ts';
import { type Scenario, defaultSize } from '../../simulator/scenarios/scenario.ts';
import { vipsMoveScenario } from '../../simulator/scenarios/vips-move.ts';
import { simulate } from '../../simulator/simulate.ts';
import { drawProviders, drawWork } from '../../simulator/workload/work.ts';
import type { WorldEvent } from '../../simulator/world/events.ts';

const { lapseMs, leaseMs } = presets.lan;
const happensMs = 8_000;
/** How long a run lasts, at least; and how long it goes on after a fault, at least. */
const leastMs = 30_000;
const afterwardsMs = 21_000;

/** Twelve load balancers at leased addresses on three hosts, and this at a known moment, to agent-1 where nobody else is named. */
function withFault(
  ...faults: readonly (Omit<Fault, 'atMs' | 'target'> & Partial<Pick<Fault, 'atMs' | 'target'>>)[]
): Scenario {
  return {
    ...vipsMoveScenario,
    name: 'one-fault',
    size: {
      ...defaultSize,
      controllers: 1,
      agents: 3,
      agentsPerHost: 1,
      loadBalancers: 12,
      vips: true,
    },
    plan: (stream, { loadBalancers }) => ({
      untilMs: Math.max(leastMs, ...faults.map(({ atMs = happensMs }) => atMs + afterwardsMs)),
      faults: faults.map((fault) => ({ target: 'agent-1', atMs: happensMs, ...fault })),
      work: drawWork(
        stream('workload'),
        { loadBalancers, createdByMs: 4_000, untilMs: 4_000, editsMax: 0, deletedShare: 0 },
        drawProviders(stream('providers'), { vip: 1 }),
      ),
    }),
  };
}

type Served = Extract<WorldEvent, { type: 'served' }> & { readonly sinceMs: number };

/** What is served from where after the fault, with milliseconds since then. */
async function story(scenario: Scenario, seed = 1, timings: Timings = presets.lan) {
  let faultMs = Number.POSITIVE_INFINITY;
  const served: Served[] = [];
  const states: { readonly id: string; readonly to: string; readonly sinceMs: number }[] = [];
  const result = await simulate({
    seed,
    timings,
    scenario,
    observer(event, atMs) {
      if (event.type === 'fault' && event.phase === 'begins') faultMs = Math.min(faultMs, atMs);
      if (atMs < faultMs) return;
      const sinceMs = atMs - faultMs;
      if (event.type === 'served') served.push({ ...event, sinceMs });
      if (event.type === 'transition' && event.transition.kind === 'load-balancer') {
        states.push({ id: event.transition.id, to: event.transition.to, sinceMs });
      }
    },
  });
  return { result, served, states };
}

const of = (served: readonly Served[], isServed: boolean) =>
  served.filter(({ agent }) => (agent !== null) === isServed);

describe('an address that is served under a lease', () => {
  test('goes from its host by the kernel’s hand when its agent crashed, and only then comes elsewhere', async () => {
    const { result, served, states } = await story(
      withFault({ kind: 'agent-crash', forMs: null, variant: '' }),
    );

    const [gone, back] = [of(served, false), of(served, true)];
    expect(result.violations).toEqual([]);
    expect(result.traffic.twiceMs).toBe(0);
    expect(gone.length).toBeGreaterThan(0);
    expect(new Set(gone.map(({ place }) => place))).toEqual(new Set(['host-1-vips']));
    expect(back.map(({ loadBalancer }) => loadBalancer).toSorted()).toEqual(
      gone.map(({ loadBalancer }) => loadBalancer).toSorted(),
    );
    for (const { sinceMs } of gone) expect(sinceMs).toBeLessThanOrEqual(leaseMs + 310);
    for (const { sinceMs } of back) {
      expect(sinceMs).toBeGreaterThanOrEqual(lapseMs - presets.lan.heartbeatMs);
    }
    // In between it waits, and nobody else has been named.
    const waiting = states.filter(({ to }) => to === 'orphaned');
    expect(waiting.length).toBe(gone.length);
  });

  test('stays where it is when its agent is back before the lease has ended', async () => {
    const { result, served, states } = await story(
      withFault({ kind: 'agent-crash', forMs: 300, variant: '' }),
    );

    expect(result.violations).toEqual([]);
    expect(served).toEqual([]);
    expect(result.rebinds).toBeGreaterThan(0);
    expect(states.some(({ to }) => to === 'pending')).toBe(false);
  });

  test('is served on over a planned restart that takes longer than the lease', async () => {
    const { result, served } = await story(
      withFault({ kind: 'agent-restart', forMs: 2 * leaseMs, variant: 'stop 20000' }),
    );

    expect(result.violations).toEqual([]);
    expect(served).toEqual([]);
    expect(result.rebinds).toBeGreaterThan(0);
  });

  test('goes to another host after a planned restart that nobody came back from, once that was waited for', async () => {
    const { result, served } = await story(
      withFault({ kind: 'agent-restart', forMs: null, variant: 'stop 5000' }),
    );

    const [gone, back] = [of(served, false), of(served, true)];
    expect(result.violations).toEqual([]);
    expect(result.traffic.twiceMs).toBe(0);
    expect(gone.length).toBeGreaterThan(0);
    expect(back.length).toBe(gone.length);
    for (const { sinceMs } of gone) expect(sinceMs).toBeGreaterThanOrEqual(5_000 - 1_000);
    for (const { sinceMs } of back) expect(sinceMs).toBeGreaterThanOrEqual(5_000 + lapseMs);
  });

  test('moves at once from an agent that is drained, after that one has let it go', async () => {
    const { result, served } = await story(
      withFault({ kind: 'agent-cordon', forMs: 15_000, variant: 'drain' }),
    );

    const [gone, back] = [of(served, false), of(served, true)];
    expect(result.violations).toEqual([]);
    expect(result.traffic.twiceMs).toBe(0);
    expect(gone.length).toBeGreaterThan(0);
    for (const { loadBalancer, sinceMs } of gone) {
      const next = back.find((each) => each.loadBalancer === loadBalancer);
      expect(next?.sinceMs).toBeGreaterThan(sinceMs);
      expect(next!.sinceMs).toBeLessThan(sinceMs + presets.lan.heartbeatMs);
    }
  });

  test('goes when its agent hangs, and the agent that wakes does not bring it back', async () => {
    const { result, served } = await story(
      withFault({ kind: 'agent-pause', forMs: 12_000, variant: '' }),
    );

    expect(result.violations).toEqual([]);
    expect(result.traffic.twiceMs).toBe(0);
    expect(of(served, false).length).toBeGreaterThan(0);
    expect(of(served, true).every(({ place }) => place !== 'host-1-vips')).toBe(true);
  });

  const judgeHangs = (atMs: number, forMs = 10_000) => {
    return { kind: 'controller-pause', forMs, variant: '', target: 'controller-2', atMs };
  };

  test.each([
    { seed: 1, preset: 'lan', hangs: [judgeHangs(happensMs)] },
    // The lease is almost over here when another one is there, and whole seconds of it had long been.
    { seed: 118, preset: 'lan', hangs: [judgeHangs(8_366)] },
    // And here it has hung shortly before, and was back.
    { seed: 22, preset: 'lan', hangs: [judgeHangs(happensMs, 6_000), judgeHangs(24_314)] },
    { seed: 23, preset: 'lan', hangs: [judgeHangs(happensMs, 6_000), judgeHangs(24_351)] },
    { seed: 1, preset: 'wan', hangs: [judgeHangs(happensMs, 8_000), judgeHangs(38_137, 25_000)] },
  ] as const)(
    'stays where it is when its judge hangs, because another one is there before the lease has ended ($preset, seed $seed, $hangs.length times)',
    async ({ seed, preset, hangs }) => {
      const scenario = withFault(...hangs);
      const size = { ...scenario.size, controllers: 2 };

      const { result, served } = await story({ ...scenario, size }, seed, presets[preset]);

      expect(result.violations).toEqual([]);
      expect(served).toEqual([]);
    },
  );

  // Judges renew their authority over leases by writes: it must last until there is a leader again.
  test.each([
    { seed: 10, atMs: 13_730 },
    { seed: 35, atMs: 13_055 },
  ])(
    'stays where it is while NATS elects its leaders for almost ten seconds (seed $seed)',
    async ({ seed, atMs }) => {
      const fault = { kind: 'store-leader-lost', forMs: 9_700, variant: '', target: 'all', atMs };
      const scenario = withFault(fault);
      const size = { ...scenario.size, controllers: 2 };

      const { result, served } = await story({ ...scenario, size }, seed);

      expect(result.violations).toEqual([]);
      expect(served).toEqual([]);
    },
  );
});

test.each(['lan', 'strict'] as const)(
  'nobody is served twice in %s, whenever agents stand still',
  async (preset) => {
    for (let seed = 1; seed <= 15; seed += 1) {
      const timings = presets[preset];
      const { violations, traffic } = await simulate({ seed, scenario: vipsMoveScenario, timings });
      expect({ seed, violations, twiceMs: traffic.twiceMs }).toEqual({
        seed,
        violations: [],
        twiceMs: 0,
      });
    }
  },
);
