import { describe, expect, test } from 'vitest';
import { satisfies } from '../../src/setup/packages.mjs';

const wanted = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/xstate': { version: '5.33.3', integrity: 'sha512-x' },
    'node_modules/vitest': { version: '4.1.12', integrity: 'sha512-v', dev: true },
    'node_modules/@esbuild/aix-ppc64': { version: '0.28.2', integrity: 'sha512-a', optional: true },
  },
};

const production = { 'node_modules/xstate': { version: '5.33.3', integrity: 'sha512-x' } };
const all = { ...production, 'node_modules/vitest': { version: '4.1.12', integrity: 'sha512-v' } };

describe('the installed packages', () => {
  test('will do when they are those of the lock file, without the builds for other platforms', () => {
    expect(satisfies({ packages: all }, wanted, 'all')).toBe(true);
  });

  test('will do for a product command when only those of production are there', () => {
    expect(satisfies({ packages: production }, wanted, 'production')).toBe(true);
    expect(satisfies({ packages: production }, wanted, 'all')).toBe(false);
  });

  test.each([
    ['is missing', {}],
    ['has another version', { 'node_modules/xstate': { version: '5.0.0', integrity: 'sha512-x' } }],
    ['has other content', { 'node_modules/xstate': { version: '5.33.3', integrity: 'sha512-y' } }],
  ])('will not do when one %s', (_, packages) => {
    expect(satisfies({ packages }, wanted, 'production')).toBe(false);
  });
});
