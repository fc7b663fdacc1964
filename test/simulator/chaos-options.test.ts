import { describe, expect, test } from 'vitest';
import { exitStatus } from '../../simulator/cli/command.ts';
import { runChaosCommand } from '../../simulator/chaos/command.ts';
import { parseChaosOptions, shortenMax } from '../../simulator/chaos/options.ts';
import { chaosScenarios } from '../../simulator/chaos/scenarios/index.ts';
import { figuresOf, type Measured, pooled, spreadOf } from '../../simulator/chaos/figures.ts';

describe('the command line of chaos', () => {
  test('takes a scenario, and lan timings unshortened, once', () => {
    const options = parseChaosOptions(['--scenario', 'agent-crash']);

    expect(options).toMatchObject({ timings: 'lan', shorten: 1, runs: 1, report: null });
    expect(options.scenarios.map(({ name }) => name)).toEqual(['agent-crash']);
  });

  test('takes several scenarios, or all', () => {
    const named = parseChaosOptions(['--scenario', 'agent-crash,controller-crash']).scenarios;

    expect(named.map(({ name }) => name)).toEqual(['agent-crash', 'controller-crash']);
    expect(parseChaosOptions(['--scenario', 'all']).scenarios).toEqual(chaosScenarios);
  });

  test('shortens long times up to its limit', () => {
    const words = ['--scenario', 'agent-crash', '--shorten'];

    expect(parseChaosOptions([...words, String(shortenMax)]).shorten).toBe(shortenMax);
    expect(() => parseChaosOptions([...words, String(shortenMax + 1)])).toThrow(
      `Give a whole number from 1 to ${shortenMax}.`,
    );
    expect(() => parseChaosOptions([...words, '0'])).toThrow('Give a whole number');
  });

  test('names the scenarios to whoever names none that is there', () => {
    expect(() => parseChaosOptions(['--scenario', 'agent-crush'])).toThrow(
      'There is no scenario "agent-crush"; give one of short, agent-crash, ',
    );
    expect(() => parseChaosOptions([])).toThrow('name a scenario with --scenario');
  });

  test('refuses a report of several runs', () => {
    const words = ['--scenario', 'agent-crash', '--report', 'run.html', '--runs', '2'];

    expect(() => parseChaosOptions(words)).toThrow('--report tells of one run');
  });

  test('lists every scenario with what must hold, and starts nothing', async () => {
    const said: string[] = [];
    const hooks = {
      write: (text: string) => said.push(text),
      complain: () => undefined,
      signal: new AbortController().signal,
    };

    const status = await runChaosCommand(['--list'], hooks);

    expect(status).toBe(exitStatus.passed);
    for (const { name, promise } of chaosScenarios) {
      expect(said.join('')).toContain(`${name}: `);
      expect(said.join('')).toContain(promise);
    }
  });
});

describe('a spread', () => {
  test('has the nearest ranks of what was measured', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

    expect(spreadOf(hundred)).toEqual({ count: 100, p50: 50, p99: 99, max: 100 });
    expect(spreadOf([7.4])).toEqual({ count: 1, p50: 7, p99: 7, max: 7 });
    expect(spreadOf([])).toEqual({ count: 0, p50: null, p99: null, max: null });
  });
});

describe('several runs together', () => {
  const measured = (gaps: readonly number[], failed: number): Measured => ({
    durations: {
      rebindMs: [],
      leasedRebindMs: [],
      trafficGapMs: [],
      leasedTrafficGapMs: gaps,
      apiWriteMs: [],
    },
    counts: {
      rebinds: 0,
      fixedMoves: 0,
      reads: 0,
      requests: 10,
      failed,
      leasedFailed: 0,
      failedKept: 0,
      heldUp: 0,
      lost: 0,
      doubleServed: 0,
      doubleServedMs: 0,
    },
  });

  test('have the spread of all values, each of which counts once, and the sums', () => {
    const runs = [measured([1, 2, 3], 1), measured([4], 0), measured([], 2)] as const;

    expect(figuresOf(pooled(runs))).toMatchObject({
      leasedTrafficGapMs: { count: 4, p50: 2, p99: 4, max: 4 },
      rebindMs: { count: 0, p50: null },
      requests: 30,
      failed: 3,
    });
  });

  test('are as that run where there is one', () => {
    const one = measured([5, 6], 1);

    expect(pooled([one])).toEqual(one);
  });
});
