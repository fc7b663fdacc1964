import { spawnSync } from 'node:child_process';
import { SetupError } from './say.mjs';

/** @typedef {readonly [name: string, file: string, ...arguments_: string[]]} Step */

/** @type {readonly Step[]} */
const steps = [
  ['format', 'node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'],
  ['lint', 'node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'],
  ['types', 'node_modules/typescript/bin/tsc', '-p', '.'],
  ['page types', 'node_modules/typescript/bin/tsc', '--noEmit', '-p', 'src/inspector/page'],
  ['architecture', 'node_modules/vitest/vitest.mjs', 'run', 'test/architecture'],
  ['tests', 'node_modules/vitest/vitest.mjs', 'run'],
];

/**
 * Runs the checks in order and stops at the first that fails.
 * @param {string} root
 * @param {readonly string[]} only The names of the steps to run; all where it is empty.
 * @returns {number} the exit code
 */
export function check(root, only) {
  const names = steps.map(([name]) => name);
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new SetupError(`there is no check ${unknown.join(', ')}; there are ${names.join(', ')}`);
  }
  for (const [name, ...command] of steps) {
    if (only.length > 0 && !only.includes(name)) continue;
    process.stdout.write(`check: ${name}\n`);
    const done = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
    if (done.error !== undefined) throw done.error;
    if (done.status !== 0) {
      process.stdout.write(
        `check: ${name} failed (${done.signal ?? `exit code ${done.status}`})\n`,
      );
      return done.status ?? 1;
    }
  }
  return 0;
}
