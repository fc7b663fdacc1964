import { existsSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { expect, test } from 'vitest';
import { floors, listFiles, root } from './source-file.ts';

/** What a checkout has beside the floors; the last three are never committed. */
const otherFolders = ['.ci', 'docs', '.git', '.holdfast', '.holdfast-inspector', 'node_modules'];

const files = [
  '.editorconfig',
  '.gitignore',
  '.oxlintrc.json',
  '.prettierignore',
  '.prettierrc.json',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'LICENSE',
  'README.md',
  'package-lock.json',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
];

/** Git keeps none of these. */
const ignored = /\.log$/;

/** A worktree or a submodule has a file `.git`. */
const gitLink = '.git';

const entries = readdirSync(root, { withFileTypes: true });

test('the checkout holds the floors and nothing that nobody expects', () => {
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const allowed: string[] = [...floors, ...otherFolders];
  expect(folders.filter((name) => !allowed.includes(name))).toEqual([]);
  expect(folders).toEqual(expect.arrayContaining([...floors]));
});

test('its files are those that a repository has anyway', () => {
  const strange = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => name !== gitLink && !files.includes(name) && !ignored.test(name));
  expect(strange).toEqual([]);
});

test('docs hold prose and pictures, no code', () => {
  // Git keeps no empty folder.
  const documents = existsSync(join(root, 'docs')) ? listFiles('docs') : [];
  const code = documents.filter((path) => /^\.(ts|mts|js|mjs|cjs|sh)$/.test(extname(path)));
  expect(code).toEqual([]);
});
