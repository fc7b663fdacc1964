import { describe, expect, test, vi } from 'vitest';
import { checkerKinds } from '../../simulator/checkers/index.ts';
import { knowsOldDocuments } from '../../simulator/planted/buses.ts';
import { repeatsCallsLater } from '../../simulator/planted/drivers.ts';
import { hunt, huntSeedsMax, SoundRuns } from '../../simulator/planted/hunt.ts';
import { plantedBugs } from '../../simulator/planted/index.ts';
import { agentCrashScenario } from '../../simulator/scenarios/agent-crash.ts';
import { scenarios } from '../../simulator/scenarios/index.ts';
import { simulate } from '../../simulator/simulate.ts';

/** The hunts with the parts below end within so many seeds. */
const soundSeeds = 3;

// Many runs in one test, and other tests beside it.
vi.setConfig({ testTimeout: 240_000 });

test('every checker has a planted bug', () => {
  const kinds = [...checkerKinds, ...scenarios.flatMap(({ checkers = [] }) => checkers)];
  const covered = new Set(plantedBugs.map(({ checker }) => checker));
  expect([...covered].toSorted()).toEqual([...new Set(kinds.map(({ name }) => name))].toSorted());
});

test('no two checkers have the same name', () => {
  const kinds = new Set([...checkerKinds, ...scenarios.flatMap(({ checkers = [] }) => checkers)]);
  expect(new Set([...kinds].map(({ name }) => name)).size).toBe(kinds.size);
});

test('every known violation of the binding rules in force is planted', () => {
  const planted = plantedBugs.flatMap(({ bug }) => /^V\d+(?=:)/.exec(bug) ?? []);
  expect(planted.toSorted()).toEqual([
    'V1',
    'V10',
    'V11',
    'V12',
    'V13',
    'V14',
    'V15',
    'V16',
    'V17',
    'V18',
    'V19',
    'V2',
    'V20',
    'V21',
    'V22',
    'V3',
    'V4',
    'V5',
    'V6',
    'V7',
    'V8',
    'V9',
  ]);
});

describe('is found by its own checker, in seeds that pass without it', () => {
  const sound = new SoundRuns();
  test.each(plantedBugs)('$bug: $checker', async (planted) => {
    const { foundBy, failWithout } = await hunt(planted, 1, { sound });
    expect(foundBy, `none of ${huntSeedsMax} seeds finds it`).not.toBeNull();
    expect(failWithout).toEqual([]);
  });
});

test.each([
  ['calls that are repeated late are refused by', { driver: repeatsCallsLater }],
  ['documents that are older than the content change nothing on', { bus: knowsOldDocuments }],
])('%s a sound device', async (_, parts) => {
  for (let seed = 1; seed <= soundSeeds; seed += 1) {
    const { violations } = await simulate({ seed, scenario: agentCrashScenario, parts });
    expect({ seed, violations }).toEqual({ seed, violations: [] });
  }
});
