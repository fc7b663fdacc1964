import { expect, test, vi } from 'vitest';
import { agentsStandStillScenario } from '../../simulator/scenarios/agents-stand-still.ts';
import { roughDayScenario } from '../../simulator/scenarios/rough-day.ts';
import { scenarios } from '../../simulator/scenarios/index.ts';
import { storePowerLossScenario } from '../../simulator/scenarios/store-power-loss.ts';
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

test('a seed of any scenario is one history, whatever ran before it in its process', async () => {
  const here: string[] = [];
  // The other process runs them in the order in which they are listed.
  for (const scenario of scenarios.toReversed()) {
    const { hash } = await simulate({ seed: 7, scenario, ...size });
    here.push(`${scenario.name} ${hash}`);
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
  expect(hashes(stdout)).toEqual(here.toReversed());
});

test('a seed has the same results twice in one process', async () => {
  for (const scenario of [roughDayScenario, agentsStandStillScenario, storePowerLossScenario]) {
    const first = await simulate({ seed: 7, scenario, ...size });
    const second = await simulate({ seed: 7, scenario, ...size });
    expect(second).toEqual(first);
  }
});

test('different seeds are different histories', async () => {
  const found = new Set<string>();
  for (const seed of [1, 2, 3]) {
    found.add((await simulate({ seed, scenario: roughDayScenario, ...size })).hash);
  }
  expect(found.size).toBe(3);
});
