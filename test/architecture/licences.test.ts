import { describe, expect, test } from 'vitest';
import { isPermissive, productionLicences } from './rules/licences.ts';
import { root } from './source-file.ts';

test('everything that is installed with Holdfast has a permissive licence', () => {
  const packages = productionLicences(root);
  expect(packages.map(({ path }) => path)).toContain('node_modules/xstate');
  expect(packages.filter(({ licence }) => licence === null || !isPermissive(licence))).toEqual([]);
});

describe('a licence', () => {
  test.each(['MIT', 'Apache-2.0', '(MIT OR GPL-3.0-only)', 'ISC AND BSD-3-Clause'])(
    '%s is permissive',
    (licence) => {
      expect(isPermissive(licence)).toBe(true);
    },
  );

  test.each([
    'GPL-3.0-only',
    'MPL-2.0',
    'MIT AND AGPL-3.0-only',
    'SEE LICENSE IN x',
    'UNLICENSED',
    '',
  ])('%s is not', (licence) => {
    expect(isPermissive(licence)).toBe(false);
  });
});
