import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DriversReport } from '../bench/drivers.ts';
import type { FailoverReport } from '../bench/failover.ts';

const main = fileURLToPath(new URL('../bench/main.ts', import.meta.url));
const timeoutMs = 150_000;

async function bench(...args: readonly string[]): Promise<{ code: number; last: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? -1)));
  const output = await text(child.stdout);
  return { code: await ended, last: output.trimEnd().split('\n').at(-1) ?? '' };
}

describe('npm run bench -- failover', () => {
  let report: FailoverReport;
  beforeAll(async () => {
    const { code, last } = await bench('failover', '--load-balancers', '1,5', '--runs', '1');
    if (code !== 0) throw new Error(`the benchmark ended with exit status ${code}`);
    report = JSON.parse(last) as FailoverReport;
  }, timeoutMs);

  test('says on which machine its times were measured', () => {
    const { machine } = report;
    expect(machine.cores).toBeGreaterThan(0);
    expect(machine.node).toBe(process.version);
    expect(machine.natsServer).toMatch(/^\d+\.\d+\.\d+$/);
    expect(machine.loadAverage).toHaveLength(3);
  });

  test('rebinds every load balancer of the killed agent to the other one', () => {
    expect(report.sizes.map(({ loadBalancers }) => loadBalancers)).toEqual([1, 5]);
    for (const { loadBalancers, runs } of report.sizes) {
      expect(runs).toHaveLength(1);
      expect(runs[0]).toMatchObject({
        held: loadBalancers,
        rebound: loadBalancers,
        holders: { 'agent-2': loadBalancers },
      });
    }
  });

  test('tells times in the order in which things happen, and their spread', () => {
    for (const { over, runs } of report.sizes) {
      const [run] = runs;
      const order = [run?.firstCommandMs, run?.commandP99Ms, run?.lastCommandMs];
      expect(order).toEqual(order.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
      expect(run?.lastSettledMs).toBeGreaterThan(0);
      expect(run?.createdPerSecond).toBeGreaterThan(0);
      const { lastCommandMs } = over;
      expect(lastCommandMs).toEqual({
        min: run?.lastCommandMs,
        median: run?.lastCommandMs,
        p99: run?.lastCommandMs,
        max: run?.lastCommandMs,
      });
    }
  });

  test('refuses sizes that are no numbers, and says what would be right', async () => {
    const { code } = await bench('failover', '--load-balancers', 'many');
    expect(code).toBe(1);
  });
});

describe('npm run bench -- drivers', () => {
  let report: DriversReport;
  beforeAll(async () => {
    const quick = ['--applies', '2', '--held', '2', '--step-ms', '200'];
    const { code, last } = await bench('drivers', ...quick);
    if (code !== 0) throw new Error(`the benchmark ended with exit status ${code}`);
    report = JSON.parse(last) as DriversReport;
  }, timeoutMs);

  test('times first applies, edits and takeovers of each driver', () => {
    expect(report.drivers.map(({ driver }) => driver)).toEqual(['memory', 'haproxy', 'caddy']);
    for (const { first, edit, takeover } of report.drivers.map(({ latency }) => latency)) {
      for (const { medianMs, p95Ms } of [first, edit, takeover]) {
        expect(medianMs).toBeGreaterThan(0);
        expect(p95Ms).toBeGreaterThanOrEqual(medianMs);
      }
    }
  });

  test('lets edits come faster and faster, until they are not done as fast as they come', () => {
    for (const { held, steps, editsPerSecond } of report.drivers.flatMap((each) => each.capacity)) {
      expect(held).toBe(2);
      const rates = steps.map(({ perSecond }) => perSecond);
      expect(rates.slice(0, 2)).toEqual([1, 2]);
      const tooMuch = steps.filter(({ keptUp }) => !keptUp).map(({ perSecond }) => perSecond);
      expect(editsPerSecond).toBeLessThan(Math.min(Infinity, ...tooMuch));
    }
  });

  test('refuses a driver that is none, and says which there are', async () => {
    const { code } = await bench('drivers', '--drivers', 'nginx');
    expect(code).toBe(1);
  });
});
