import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

let directory = '';

beforeEach(() => {
  // Below the checkout, so that vitest can be imported from there.
  directory = mkdtempSync(join(root, 'node_modules', '.holdfast-test-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** Runs vitest itself on one file of tests, with the reporter as the project has it. */
function runTests(body: string, failOnSkips: boolean) {
  const reporter = join(root, 'test/support/closing-line-reporter.ts');
  writeFileSync(join(directory, 'a.test.mjs'), `import { test } from 'vitest';\n${body}`);
  writeFileSync(
    join(directory, 'vitest.config.mjs'),
    `import { ClosingLineReporter } from ${JSON.stringify(reporter)};
    const write = (text) => process.stdout.write(text);
    const reporter = new ClosingLineReporter({ failOnSkips: ${failOnSkips}, write });
    export default { test: { include: ['**/*.test.mjs'], exclude: [], reporters: [reporter] } };`,
  );
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const done = spawnSync(process.execPath, [vitest, 'run', '--root', directory], {
    cwd: directory,
    encoding: 'utf8',
  });
  return { lines: done.stdout.trim().split('\n'), status: done.status };
}

const mixed = `test('good', () => {}); test.skip('later', () => {}); test.todo('never');`;

test('the last line counts what passed, failed and was skipped', () => {
  const { lines, status } = runTests(`${mixed} test('bad', () => { throw new Error(); });`, false);

  expect(lines.at(-1)).toBe('1 passed, 1 failed, 2 skipped');
  expect(status).toBe(1);
});

test('a skipped test is named, and is no failure by itself', () => {
  const { lines, status } = runTests(mixed, false);

  expect(lines.slice(-3)).toEqual([
    'skipped: a.test.mjs > later',
    'skipped: a.test.mjs > never',
    '1 passed, 0 failed, 2 skipped',
  ]);
  expect(status).toBe(0);
});

test('a skipped test fails a run that allows none', () => {
  const { lines, status } = runTests(mixed, true);

  expect(lines.at(-1)).toBe('1 passed, 0 failed, 2 skipped');
  expect(status).toBe(1);
});

test('a file that does not load counts as failed', () => {
  const { lines, status } = runTests(`import './absent.mjs';`, false);

  expect(lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped');
  expect(status).toBe(1);
});
