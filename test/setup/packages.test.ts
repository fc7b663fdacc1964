import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ensurePackages, packagesAreCurrent, satisfies } from '../../src/setup/packages.mjs';
import { SetupError } from '../../src/setup/say.mjs';

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

  test('will not do on another platform than the one that they were installed on', () => {
    const build = { version: '0.28.2', integrity: 'sha512-l', os: ['linux'], cpu: ['x64'] };
    const installed = { packages: { ...all, 'node_modules/@esbuild/linux-x64': build } };

    const on = (platform: NodeJS.Platform, arch: NodeJS.Architecture) =>
      satisfies(installed, wanted, 'all', { platform, arch });

    expect(on('linux', 'x64')).toBe(true);
    expect(on('linux', 'arm64')).toBe(false);
    expect(on('darwin', 'x64')).toBe(false);
  });

  test.each([
    ['is missing', {}],
    ['has another version', { 'node_modules/xstate': { version: '5.0.0', integrity: 'sha512-x' } }],
    ['has other content', { 'node_modules/xstate': { version: '5.33.3', integrity: 'sha512-y' } }],
  ])('will not do when one %s', (_, packages) => {
    expect(satisfies({ packages }, wanted, 'production')).toBe(false);
  });
});

describe("npm's record of what it has installed", () => {
  let root = '';

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'holdfast-packages-'));
    mkdirSync(join(root, 'node_modules'));
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify(wanted));
  });

  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(root, { recursive: true, force: true });
  });

  const record = (text: string) =>
    writeFileSync(join(root, 'node_modules/.package-lock.json'), text);

  test('is believed where it is whole', () => {
    record(JSON.stringify({ packages: all }));

    expect(packagesAreCurrent(root, 'all')).toBe(true);
  });

  test.each(['', '{"packages":{"node_modules/xst'])(
    'that was written in part (%j) is none',
    (part) => {
      record(part);

      expect(packagesAreCurrent(root, 'all')).toBe(false);
    },
  );

  test('is asked of npm where it is not there, with the builds for this machine', async () => {
    const npm = join(root, 'npm');
    const done = JSON.stringify({ packages: all });
    writeFileSync(
      npm,
      `#!/bin/sh\necho "$*" >told\necho '${done}' >node_modules/.package-lock.json\n`,
    );
    chmodSync(npm, 0o755);
    vi.stubEnv('PATH', `${root}:/usr/bin:/bin`);

    await ensurePackages(root, 'all');

    expect(readFileSync(join(root, 'told'), 'utf8')).toMatch(
      /^ci --include=dev --include=optional /,
    );
    expect(readdirSync(join(root, '.holdfast'))).toEqual([]);
  });

  test('that is missing where nothing can be written is for the user to mend', async () => {
    writeFileSync(join(root, '.holdfast'), 'no folder');

    const ensured = ensurePackages(root, 'all');

    await expect(ensured).rejects.toThrow(SetupError);
    await expect(ensured).rejects.toThrow(
      /the npm packages must be installed, and .* can't be made/,
    );
  });
});
