import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { commands } from '../../src/setup/commands.mjs';

const root = join(import.meta.dirname, '../..');
const manifest = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));

describe('the npm scripts', () => {
  test.each(Object.entries(manifest.scripts))('%s goes through the set-up', (name, script) => {
    // Without `exec` a shell stands between npm and the program: a SIGTERM to npm ends the shell,
    // and the program runs on without a parent.
    const first = name === 'inspect' ? ' --demo' : '';
    expect(script).toBe(`exec node src/setup/run.mjs ${name}${first}`);
  });

  test('are all the commands that the set-up knows, and holdfast for the others', () => {
    expect(Object.keys(manifest.scripts).sort()).toEqual(
      [...Object.keys(commands), 'holdfast'].sort(),
    );
  });
});

test('a mistake is told in one sentence, with exit code 1', () => {
  const done = spawnSync(process.execPath, ['src/setup/run.mjs', 'check', 'spelling'], {
    cwd: root,
    encoding: 'utf8',
  });

  expect(done.stderr).toBe(
    'holdfast: there is no check spelling; there are format, lint, types, page types, architecture, tests\n',
  );
  expect(done.status).toBe(1);
});
