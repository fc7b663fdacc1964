/** @typedef {import('./parts.mjs').PartName} PartName */

/**
 * What `run.mjs` can run.
 * @typedef {object} Command
 * @property {'product' | 'script' | 'steps'} kind A product command is one of the command line's own;
 *   a script is a file with fixed first arguments; steps are run one after the other.
 * @property {'production' | 'all'} packages Which npm packages it needs.
 * @property {readonly PartName[]} parts The programs that must be there before it starts.
 * @property {boolean} [startsWithoutParts] A program that can't be had is told and done without.
 * @property {string} [file] A script's file, from the checkout's root.
 * @property {readonly string[]} [first] A script's first arguments.
 * @property {Readonly<Record<string, string>>} [env] More environment for a script.
 */

/** @type {readonly PartName[]} */
const both = ['nats-server', 'haproxy'];

const vitest = 'node_modules/vitest/vitest.mjs';

/**
 * The tests fetch their parts themselves (test/support/parts.ts), so that a bare vitest
 * finds them too.
 * @type {Readonly<Record<string, Command>>}
 */
export const commands = {
  demo: { kind: 'product', packages: 'production', parts: both },
  up: { kind: 'product', packages: 'production', parts: both },
  // Its page is built where it is not yet; with --demo it has a system of its own.
  inspect: { kind: 'product', packages: 'all', parts: both, startsWithoutParts: true },
  // An agent may drive appliances only; its haproxy driver tells what it lacks.
  agent: { kind: 'product', packages: 'production', parts: ['haproxy'], startsWithoutParts: true },
  // A controller connects to a NATS server that somebody runs; the simulator has a virtual one.
  controller: { kind: 'product', packages: 'production', parts: [] },
  simulate: { kind: 'script', packages: 'production', parts: [], file: 'simulator/main.ts' },
  chaos: { kind: 'script', packages: 'production', parts: both, file: 'simulator/chaos/main.ts' },
  bench: { kind: 'script', packages: 'all', parts: [...both, 'caddy'], file: 'test/bench/main.ts' },
  docs: { kind: 'script', packages: 'all', parts: [], file: 'test/docs/main.ts' },
  test: { kind: 'script', packages: 'all', parts: [], file: vitest, first: ['run'] },
  'test:long': {
    kind: 'script',
    packages: 'all',
    parts: [],
    file: vitest,
    first: ['run', 'test/long'],
    env: { HOLDFAST_LONG: '1' },
  },
  format: {
    kind: 'script',
    packages: 'all',
    parts: [],
    file: 'node_modules/prettier/bin/prettier.cjs',
    first: ['--write', '--log-level=warn', '.'],
  },
  check: { kind: 'steps', packages: 'all', parts: [] },
};

/** Any other command of the command line; it says itself which there are. */
/** @type {Command} */
export const otherProductCommand = { kind: 'product', packages: 'production', parts: [] };
