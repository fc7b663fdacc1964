import { describe, expect, test, vi } from 'vitest';
import { checkerKinds } from '../../simulator/checkers/index.ts';
import { agentCrashScenario } from '../../simulator/scenarios/agent-crash.ts';
import { roughDayScenario } from '../../simulator/scenarios/rough-day.ts';
import type { Scenario } from '../../simulator/scenarios/scenario.ts';
import { type RunResult, simulate } from '../../simulator/simulate.ts';
import type { WorldParts } from '../../simulator/world/parts.ts';
import { applianceWithout } from './planted/appliances.ts';
import { garblesRequests, hidesDrivers, losesCommands } from './planted/buses.ts';
import { liesAboutEdits, neverSettles, repeatsCallsLater } from './planted/drivers.ts';
import * as stores from './planted/stores.ts';

// Many runs in one test, and other tests beside it.
vi.setConfig({ testTimeout: 120_000 });

interface Planted {
  readonly checker: string;
  readonly bug: string;
  readonly scenario: Scenario;
  readonly parts: Partial<WorldParts>;
}

/** Within how many of the default seeds a planted bug has to be found. */
const seedsMax = 10;

const planted: readonly Planted[] = [
  {
    checker: 'no-load-balancer-lost',
    bug: 'a store that loses acknowledged records',
    scenario: agentCrashScenario,
    parts: { stores: stores.losesRecords },
  },
  {
    checker: 'no-edit-lost',
    bug: 'a store that acknowledges edits and keeps the old words',
    scenario: agentCrashScenario,
    parts: { stores: stores.keepsOldDescriptions },
  },
  {
    checker: 'epochs-never-decrease',
    bug: 'a device that does not compare epochs',
    scenario: roughDayScenario,
    parts: { appliance: applianceWithout('epochs'), driver: repeatsCallsLater },
  },
  {
    checker: 'content-never-goes-back',
    bug: 'a device that does not compare generations',
    scenario: agentCrashScenario,
    parts: { appliance: applianceWithout('generations'), driver: repeatsCallsLater },
  },
  {
    checker: 'no-resurrection',
    bug: 'a device that keeps no tombstones',
    scenario: agentCrashScenario,
    parts: { appliance: applianceWithout('tombstones'), driver: repeatsCallsLater },
  },
  {
    checker: 'one-holder-per-epoch',
    bug: 'a store that rolls binding records back when a controller starts',
    scenario: agentCrashScenario,
    parts: { stores: stores.rollsBackBindings },
  },
  {
    checker: 'persist-before-effect',
    bug: 'a store that acknowledges before it commits',
    scenario: agentCrashScenario,
    parts: { stores: stores.acknowledgesEarly },
  },
  {
    checker: 'bound-at-the-end',
    bug: 'a bus that loses the commands to one agent',
    scenario: agentCrashScenario,
    parts: { bus: losesCommands },
  },
  {
    checker: 'standby-at-the-end',
    bug: 'a bus that hides what agents drive',
    scenario: agentCrashScenario,
    parts: { bus: hidesDrivers },
  },
  {
    checker: 'every-shard-owned',
    bug: 'a store that hides that shards were let go',
    scenario: roughDayScenario,
    parts: { stores: stores.hidesFreeShards },
  },
  {
    checker: 'device-equals-desired',
    bug: 'a driver that says that it applied an edit, and did not',
    scenario: agentCrashScenario,
    parts: { driver: liesAboutEdits },
  },
  {
    checker: 'no-unexpected-events',
    bug: 'a bus that cuts off the end of messages',
    scenario: agentCrashScenario,
    parts: { bus: garblesRequests },
  },
  {
    checker: 'quiet-at-the-end',
    bug: 'a driver that reports something new for ever',
    scenario: agentCrashScenario,
    parts: { driver: neverSettles },
  },
];

function run(seed: number, scenario: Scenario, parts: Partial<WorldParts>): Promise<RunResult> {
  return simulate({ seed, scenario, agents: 3, loadBalancers: 6, parts });
}

test('every checker has a planted bug', () => {
  const covered = planted.map(({ checker }) => checker).toSorted();
  expect(covered).toEqual(checkerKinds.map(({ name }) => name).toSorted());
});

describe('is found by its own checker, within the default seeds', () => {
  test.each(planted)('$bug: $checker', async ({ checker, scenario, parts }) => {
    const found = new Set<string>();
    for (let seed = 1; seed <= seedsMax && !found.has(checker); seed += 1) {
      const { violations } = await run(seed, scenario, parts);
      for (const violation of violations) found.add(violation.checker);
    }
    expect([...found]).toContain(checker);
  });
});

describe('the same seeds pass without a bug', () => {
  test.each([agentCrashScenario, roughDayScenario])('$name', async (scenario) => {
    for (let seed = 1; seed <= seedsMax; seed += 1) {
      const { violations } = await run(seed, scenario, {});
      expect({ seed, violations }).toEqual({ seed, violations: [] });
    }
  });

  test('and with calls that are repeated late, which a sound device refuses', async () => {
    for (let seed = 1; seed <= seedsMax; seed += 1) {
      const { violations } = await run(seed, agentCrashScenario, { driver: repeatsCallsLater });
      expect({ seed, violations }).toEqual({ seed, violations: [] });
    }
  });
});
