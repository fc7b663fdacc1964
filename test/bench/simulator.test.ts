import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { SimulatorReport } from './simulator.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const timeoutMs = 150_000;

test(
  'npm run bench -- simulator counts what happened beside how fast it was',
  async () => {
    const size = [
      '--scenario',
      'churn',
      '--controllers',
      '2',
      '--agents',
      '3',
      '--load-balancers',
      '4',
      '--seconds',
      '20',
      '--rounds',
      '2',
    ];
    const arguments_ = ['--import', 'tsx', main, 'simulator', ...size];
    const child = spawn(process.execPath, arguments_, { stdio: ['ignore', 'pipe', 'ignore'] });

    const report = JSON.parse(await text(child.stdout)) as SimulatorReport;

    expect(report).toMatchObject({
      benchmark: 'simulator',
      scenario: 'churn',
      controllers: 2,
      agents: 3,
      loadBalancers: 4,
    });
    expect(report.rounds.map(({ seed }) => seed)).toEqual([1, 2]);
    const [first, second] = report.rounds;
    expect(report.cold.perCpuSecond).toBe(first?.perCpuSecond);
    expect(report.warm.perCpuSecond).toBe(second?.perCpuSecond);
    expect(report.average.faults).toBe(1);
    for (const { virtualSeconds, steps, writes, perWallSecond, perCpuSecond } of report.rounds) {
      expect(virtualSeconds).toBeGreaterThanOrEqual(20);
      // At least two writes bind each load balancer.
      expect(writes).toBeGreaterThan(2 * 4);
      expect(steps).toBeGreaterThan(writes);
      expect(perWallSecond).toBeGreaterThan(0);
      expect(perCpuSecond).toBeGreaterThan(0);
    }
  },
  timeoutMs,
);
