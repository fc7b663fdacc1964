import { expect, test, vi } from 'vitest';
import { scenarios } from '../../simulator/scenarios/index.ts';
import { simulate } from '../../simulator/simulate.ts';
import { runInProcess } from './support/run-command.ts';

// Many runs in one test, and other tests beside it.
vi.setConfig({ testTimeout: 120_000 });

const size = { controllers: 3, agents: 3, loadBalancers: 6 };
const sizeWords = ['--controllers', '3', '--agents', '3', '--load-balancers', '6'];

test.each(scenarios)('$name: a seed is one history, twice in one process', async (scenario) => {
  for (const seed of [1, 2, 3]) {
    const first = await simulate({ seed, scenario, ...size });
    const second = await simulate({ seed, scenario, ...size });
    expect(second).toEqual(first);
  }
});

test('different seeds are different histories', async () => {
  const hashes = new Set<string>();
  for (const scenario of scenarios) {
    for (const seed of [1, 2, 3]) hashes.add((await simulate({ seed, scenario, ...size })).hash);
  }
  expect(hashes.size).toBe(3 * scenarios.length);
});

test.each(scenarios)('$name: a seed is one history in two processes', async (scenario) => {
  const words = ['--seed', '7', '--scenario', scenario.name, ...sizeWords, '--json'];
  const [first, second] = await Promise.all([runInProcess(...words), runInProcess(...words)]);
  expect(first).toMatchObject({ status: 0, stderr: '' });
  expect(second.stdout).toBe(first.stdout);
  const here = await simulate({ seed: 7, scenario, ...size });
  expect(JSON.parse(first.stdout)).toMatchObject({ seed: 7, ok: true, hash: here.hash });
});
