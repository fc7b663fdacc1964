import { expect, test, vi } from 'vitest';
import { roughDayScenario } from '../../simulator/scenarios/rough-day.ts';
import { scenarios } from '../../simulator/scenarios/index.ts';
import { simulate } from '../../simulator/simulate.ts';
import { runInProcess } from './support/run-command.ts';

// Many runs in one test, and other tests beside it.
vi.setConfig({ testTimeout: 600_000 });

const size = { controllers: 3, agents: 3, loadBalancers: 6 };
const sizeWords = ['--controllers', '3', '--agents', '3', '--load-balancers', '6'];

const hashes = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const { scenario, hash } = JSON.parse(line) as { scenario?: string; hash?: string };
      return hash === undefined ? [] : [`${scenario} ${hash}`];
    });

test('a seed of any scenario is one history, twice in one process and once in another', async () => {
  const here: string[] = [];
  for (const scenario of scenarios) {
    const first = await simulate({ seed: 7, scenario, ...size });
    const second = await simulate({ seed: 7, scenario, ...size });
    expect(second).toEqual(first);
    here.push(`${scenario.name} ${first.hash}`);
  }
  const words = [
    '--scenario',
    'all',
    '--seed',
    '7',
    '--seeds',
    '1',
    ...sizeWords,
    '--jobs',
    '1',
    '--json',
  ];
  const { status, stdout, stderr } = await runInProcess(...words);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(hashes(stdout)).toEqual(here);
});

test('different seeds are different histories', async () => {
  const found = new Set<string>();
  for (const seed of [1, 2, 3]) {
    found.add((await simulate({ seed, scenario: roughDayScenario, ...size })).hash);
  }
  expect(found.size).toBe(3);
});
