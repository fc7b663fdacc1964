import process from 'node:process';
import { configDefaults, defineConfig } from 'vitest/config';
import { ClosingLineReporter } from './test/support/closing-line-reporter.ts';

const isLong = process.env['HOLDFAST_LONG'] === '1';
const failOnSkips = process.env['CI'] === 'true' || process.env['HOLDFAST_NO_SKIPS'] === '1';

const ofSimulator = 'test/simulator/**/*.test.ts';
/** By itself it would take all cores; it takes what the others leave of them. */
const ofSeeds = 'test/simulator/default-seeds.test.ts';
/** On hosts of their own, where an address is lost if nobody gets to renew its lease within seconds. */
const ofLeases =
  'test/{drivers,real}/{vip-lease,vip-release,haproxy-vip-conformance,vip-failover,chaos}.test.ts';
const ofBrowser = 'test/{inspector/page,inspector/live,simulator/report-in-browser}.test.ts';

/** Most of what a run of the simulator makes is of no use after a moment: with more room it is collected less often. */
const roomForTheYoung = ['--min-semi-space-size=64', '--max-semi-space-size=64'];

/** One turn after the other: what takes all of a core would keep those from their deadlines who have some. */
const turn = {
  leases: { sequence: { groupOrder: 0 }, maxWorkers: 2 },
  // All that has no turn of its own. Tests with real processes wait half of their time: for the dead to be missed, for
  // somebody to start.
  processes: { sequence: { groupOrder: 1 }, maxWorkers: isLong ? 2 : 3 },
  heavy: { sequence: { groupOrder: 2 }, maxWorkers: 2 },
};

/** What is not isolated shares a worker, and the code that it tests is loaded once there. */
function group(name: string, when: object, isolate: boolean, include: string, not: string[]) {
  const exclude = [...configDefaults.exclude, ...(isLong ? [] : ['test/long/**']), ...not];
  return { extends: true as const, test: { name, isolate, include: [include], exclude, ...when } };
}

export default defineConfig({
  test: {
    projects: [
      group('leases', turn.leases, true, ofLeases, []),
      // Vitest begins a turn with the project whose name comes first in the alphabet: here with the one that takes longest.
      group('default seeds', turn.processes, false, ofSeeds, []),
      group('processes', turn.processes, false, 'test/**/*.test.ts', [
        ofLeases,
        ofSimulator,
        ofBrowser,
      ]),
      group('simulator', { ...turn.heavy, execArgv: roomForTheYoung }, false, ofSimulator, [
        ofBrowser,
        ofSeeds,
      ]),
      group('browser', turn.heavy, true, ofBrowser, []),
    ],
    globalSetup: ['test/support/parts.ts'],
    // Processes of their own, because tests start, stop and kill real ones.
    pool: 'forks',
    // Generous, because real processes share two busy cores; each wait has a deadline of its own.
    testTimeout: isLong ? 300_000 : 90_000,
    hookTimeout: 120_000,
    // What a page shows follows within a moment, which on such cores may be seconds.
    expect: { poll: { timeout: 15_000 } },
    reporters: [
      'default',
      new ClosingLineReporter({ failOnSkips, write: (text) => process.stdout.write(text) }),
    ],
  },
});
