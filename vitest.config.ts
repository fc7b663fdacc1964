import process from 'node:process';
import { configDefaults, defineConfig } from 'vitest/config';
import { ClosingLineReporter } from './test/support/closing-line-reporter.ts';

const isLong = process.env['HOLDFAST_LONG'] === '1';
const failOnSkips = process.env['CI'] === 'true' || process.env['HOLDFAST_NO_SKIPS'] === '1';

/**
 * What starts no process of its own that could outlive it. Its files follow each other in one worker: most of
 * what such a file takes is to load the code that it tests, which is loaded once then.
 */
const units = [
  'adoption,agent,api,architecture,config,controller,drivers,health,host,machines,model,placement',
  'processes,timings,witness,inspector/model',
].join(',');
const ofUnits = `test/{${units}}/**/*.test.ts`;
const ofSimulator = 'test/simulator/**/*.test.ts';

/** Tests with real processes wait half of their time: for leases to end, for the dead to be missed. */
const first = { sequence: { groupOrder: 0 }, maxWorkers: 3 };
/** Simulations take all of a core. */
const second = { sequence: { groupOrder: 1 }, maxWorkers: 2 };

function group(name: string, turn: object, isolate: boolean, include: string, not: string[]) {
  const exclude = [...configDefaults.exclude, ...(isLong ? [] : ['test/long/**']), ...not];
  return { extends: true as const, test: { name, isolate, include: [include], exclude, ...turn } };
}

export default defineConfig({
  test: {
    // One after the other: the deadlines of tests with real processes are made for a machine that has some time.
    projects: [
      group('processes', first, true, 'test/**/*.test.ts', [ofUnits, ofSimulator]),
      group('units', first, false, ofUnits, []),
      group('simulator', second, false, ofSimulator, []),
    ],
    globalSetup: ['test/support/parts.ts'],
    // Processes of their own, because tests start, stop and kill real ones.
    pool: 'forks',
    // Generous, because real processes share two busy cores; each wait has a deadline of its own.
    testTimeout: isLong ? 300_000 : 90_000,
    hookTimeout: 120_000,
    reporters: [
      'default',
      new ClosingLineReporter({ failOnSkips, write: (text) => process.stdout.write(text) }),
    ],
  },
});
