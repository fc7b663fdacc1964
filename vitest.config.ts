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

function group(name: string, groupOrder: number, isolate: boolean, include: string, not: string[]) {
  const exclude = [...configDefaults.exclude, ...(isLong ? [] : ['test/long/**']), ...not];
  const sequence = { groupOrder };
  return { extends: true as const, test: { name, isolate, include: [include], exclude, sequence } };
}

export default defineConfig({
  test: {
    // One group after the other: simulations take all of a core, and the deadlines of tests with real
    // processes are made for a machine that has some time for them.
    projects: [
      group('processes', 0, true, 'test/**/*.test.ts', [ofUnits, ofSimulator]),
      group('units', 0, false, ofUnits, []),
      group('simulator', 1, false, ofSimulator, []),
    ],
    globalSetup: ['test/support/parts.ts'],
    // Processes of their own, because tests start, stop and kill real ones.
    pool: 'forks',
    maxWorkers: 2,
    // Generous, because real processes share two busy cores; each wait has a deadline of its own.
    testTimeout: isLong ? 300_000 : 90_000,
    hookTimeout: 120_000,
    reporters: [
      'default',
      new ClosingLineReporter({ failOnSkips, write: (text) => process.stdout.write(text) }),
    ],
  },
});
