import { expect, test, vi } from 'vitest';
import { meanOf, passesSeeds } from './support/seeds.ts';

// Two to three minutes of two cores, which it leaves to all others first.
vi.setConfig({ testTimeout: 1_800_000 });

test('200 default seeds pass, and enough happens in them', async () => {
  const runs = await passesSeeds('--seed', '1', '--seeds', '200', '--jobs', '2');

  expect(runs).toHaveLength(200);
  expect(Math.min(...runs.map(({ virtualMs }) => virtualMs))).toBeGreaterThanOrEqual(300_000);
  expect(meanOf(runs, ({ faults }) => faults)).toBeGreaterThanOrEqual(10);
  expect(meanOf(runs, ({ writes }) => writes)).toBeGreaterThanOrEqual(100);
  expect(meanOf(runs, ({ rebinds }) => rebinds)).toBeGreaterThanOrEqual(5);
});
