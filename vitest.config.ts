import process from 'node:process';
import { configDefaults, defineConfig } from 'vitest/config';
import { ClosingLineReporter } from './test/support/closing-line-reporter.ts';

const isLong = process.env['HOLDFAST_LONG'] === '1';
const failOnSkips = process.env['CI'] === 'true' || process.env['HOLDFAST_NO_SKIPS'] === '1';

function group(name: string, groupOrder: number, include: string[], others: string[]) {
  const exclude = [...configDefaults.exclude, ...(isLong ? [] : ['test/long/**']), ...others];
  return { extends: true as const, test: { name, include, exclude, sequence: { groupOrder } } };
}

export default defineConfig({
  test: {
    // One group after the other: simulations take all of a core, and the deadlines of tests with real
    // processes are made for a machine that has some time for them.
    projects: [
      group('processes', 0, ['test/**/*.test.ts'], ['test/simulator/**']),
      group('simulator', 1, ['test/simulator/**/*.test.ts'], []),
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
