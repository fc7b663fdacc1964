import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureParts, thisMachine } from '../../src/setup/ensure-parts.mjs';
import { readRelease } from '../../src/setup/release.mjs';

/*
 * Fetches from Debian's mirrors for real, so it needs a Debian and a network.
 */

const isDebian = readRelease('/etc/os-release').id === 'debian';
const nobody = 65534;

let cache = '';

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'holdfast-parts-'));
});

afterEach(() => {
  rmSync(cache, { recursive: true, force: true });
});

/** A machine with neither program, whose cache is empty. */
function bareMachine() {
  return { ...thisMachine(), env: { XDG_CACHE_HOME: cache }, directories: [] };
}

function versionOf(path: string | undefined, argument: string): string {
  return execFileSync(String(path), [argument], { encoding: 'utf8' });
}

describe.runIf(isDebian)("Debian's packages are unpacked into the cache", () => {
  test('by two at once, and both programs run', async () => {
    const both = ['nats-server', 'haproxy'] as const;
    const aptBefore = aptState();

    const [first, second] = await Promise.all([
      ensureParts(both, bareMachine()),
      ensureParts(both, bareMachine()),
    ]);

    expect(second).toEqual(first);
    expect(versionOf(first['HOLDFAST_NATS_SERVER'], '--version')).toMatch(/^nats-server: v2\./);
    expect(versionOf(first['HOLDFAST_HAPROXY'], '-v')).toMatch(/^HAProxy version /);
    const [release = ''] = readdirSync(join(cache, 'holdfast/parts-v1'));
    // Neither the lock nor the work directory is left.
    expect(readdirSync(join(cache, 'holdfast/parts-v1', release)).sort()).toEqual([
      'haproxy',
      'nats-server',
    ]);
    expect(aptState()).toEqual(aptBefore);
  });

  test("and OpenStack's client with its Python, which runs without a home of its own", async () => {
    const { HOLDFAST_OPENSTACK: program } = await ensureParts(['openstack'], bareMachine());

    const shown = spawnSync(String(program), ['loadbalancer', 'list'], {
      encoding: 'utf8',
      // A Python of this machine must not be asked for anything, whatever it was told.
      env: { PYTHONHOME: '/nowhere', PYTHONPATH: '/nowhere', PATH: '' },
    });

    expect(shown.stderr).toMatch(/Missing value auth-url/);
    expect(shown.status).toBe(1);
  });

  test.runIf(process.getuid?.() === 0)('by a user without any rights', () => {
    chownSync(cache, nobody, nobody);
    const module = new URL('../../src/setup/ensure-parts.mjs', import.meta.url).href;
    const script = `
      const { ensureParts, thisMachine } = await import(${JSON.stringify(module)});
      const found = await ensureParts(['nats-server', 'haproxy'], { ...thisMachine(), directories: [] });
      console.log(Object.keys(found).sort().join(' '));`;

    const done = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      uid: nobody,
      gid: nobody,
      cwd: cache,
      encoding: 'utf8',
      env: { XDG_CACHE_HOME: cache, PATH: '/usr/bin:/bin' },
    });

    expect(done.stderr).toMatch(/^holdfast: fetching nats-server and haproxy from Debian[^\n]*\n$/);
    expect(done.stdout).toBe('HOLDFAST_HAPROXY HOLDFAST_NATS_SERVER\n');
  });
});

/** When the machine's own package state was last changed. */
function aptState(): number[] {
  return ['/var/lib/dpkg/status', '/var/lib/apt/lists', '/var/cache/apt'].map(
    (path) => statSync(path).mtimeMs,
  );
}
