import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cacheDirectory, ensureParts } from '../../src/setup/ensure-parts.mjs';
import { fetchParts, wrapperScript } from '../../src/setup/fetch-parts.mjs';
import { parts } from '../../src/setup/parts.mjs';
import { readRelease } from '../../src/setup/release.mjs';
import { SetupError } from '../../src/setup/say.mjs';

let home = '';

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "holdfast parts' "));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

/** A machine that has nothing but what the test puts there, and is no Debian. */
function machine(env: Record<string, string> = {}) {
  const osRelease = join(home, 'os-release');
  writeFileSync(osRelease, 'ID=plan9\n');
  return {
    env: { HOME: home, ...env },
    directories: [join(home, 'bin')],
    etc: join(home, 'etc'),
    osRelease,
  };
}

function program(path: string, script: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('a program is found', () => {
  test('by its environment variable before any other', async () => {
    program(join(home, 'bin/nats-server'), 'echo nats-server: v2.11.0');
    const named = program(join(home, 'mine/nats'), 'echo nats-server: v2.10.27');

    const found = await ensureParts(['nats-server'], machine({ HOLDFAST_NATS_SERVER: named }));

    expect(found).toEqual({ HOLDFAST_NATS_SERVER: named });
  });

  test('on the PATH', async () => {
    const path = program(join(home, 'bin/haproxy'), 'echo HAProxy version 2.6.12-1+deb12u4');

    expect(await ensureParts(['haproxy'], machine())).toEqual({ HOLDFAST_HAPROXY: path });
  });

  test('in the cache, when the one on the PATH is too old', async () => {
    program(join(home, 'bin/nats-server'), 'echo nats-server: v2.9.10');
    const cache = cacheDirectory({ HOME: home }, '');
    const cached = program(join(cache, 'nats-server/run'), 'echo nats-server: v2.10.27');

    expect(await ensureParts(['nats-server'], machine())).toEqual({ HOLDFAST_NATS_SERVER: cached });
  });
});

describe('the set-up refuses', () => {
  test.each([
    ['that is too old', 'echo nats-server: v2.9.10', 'it is version 2.9.10'],
    ['that does not run', 'echo no library >&2; exit 127', 'it does not run: no library'],
    ['that is ended before it has said a word', 'kill -9 $$', 'it does not run: SIGKILL'],
    ['that fails without a word', 'exit 3', 'it does not run: exit code 3'],
    ['that is something else', 'echo hello', 'it does not tell its version'],
  ])('a named program %s', async (_, script, reason) => {
    const named = program(join(home, 'mine/nats'), script);

    await expect(
      ensureParts(['nats-server'], machine({ HOLDFAST_NATS_SERVER: named })),
    ).rejects.toThrow(
      `HOLDFAST_NATS_SERVER is ${named}, but ${reason}; it must name nats-server 2.10.27 or later`,
    );
  });

  test("an openstack without the load balancers' commands", async () => {
    const script = 'test "$1" = --version && echo openstack 6.0.0';
    const named = program(join(home, 'mine/openstack'), script);

    await expect(
      ensureParts(['openstack'], machine({ HOLDFAST_OPENSTACK: named })),
    ).rejects.toThrow(`HOLDFAST_OPENSTACK is ${named}, but it has no loadbalancer commands`);
  });

  test('a system that is no Debian, with what the tests need there', async () => {
    await expect(ensureParts(['openstack'], machine())).rejects.toThrow(
      /lacks openstack 6\.0\.0 or later.*pipx install python-openstackclient/s,
    );
  });

  test('a system that is no Debian, with the appliance that the tests need there', async () => {
    await expect(ensureParts(['haproxy', 'caddy'], machine())).rejects.toThrow(
      /lacks haproxy 2\.4\.0 or later and caddy 2\.6\.0 or later.*brew install caddy.*HOLDFAST_CADDY/s,
    );
  });

  test('a system that is no Debian, with what to install there', async () => {
    await expect(ensureParts(['nats-server', 'haproxy'], machine())).rejects.toThrow(
      /lacks nats-server 2\.10\.27 or later and haproxy 2\.4\.0 or later.*brew install nats-server haproxy/s,
    );
  });
});

test('a cache that takes nothing, on a full disk, say, is told with its place', () => {
  const cache = join(home, 'cache');
  writeFileSync(cache, '');
  const release = { id: 'debian', codename: 'bookworm', version: 12 };

  const fetch = () => fetchParts([parts.haproxy], { cache, release, etc: join(home, 'etc') });

  expect(fetch).toThrow(SetupError);
  expect(fetch).toThrow(/ENOTDIR.*could not be put into .*cache, which must be writable/s);
});

test('what a set-up that was killed has left in the cache is gone with the next one, and no other work is', () => {
  const cache = join(home, 'cache');
  mkdirSync(join(cache, 'tmp-of-somebody-elsewhere'), { recursive: true });
  const release = { id: 'debian', codename: 'bookworm', version: 12 };
  const fetch = () => fetchParts([parts.haproxy], { cache, release, etc: join(home, 'etc') });
  const module = new URL('../../src/setup/fetch-parts.mjs', import.meta.url).href;
  const given = JSON.stringify([
    [{ name: 'haproxy', sinceDebian: 12 }],
    { cache, release, etc: home },
  ]);
  const code = `import { fetchParts } from ${JSON.stringify(module)}; fetchParts(...${given});`;
  const env = { PATH: `${join(home, 'bin')}:/usr/bin:/bin` };

  program(join(home, 'bin/dpkg'), 'kill -9 $PPID');
  const killed = spawnSync(process.execPath, ['--input-type=module', '-e', code], { env });
  const left = readdirSync(cache);
  program(join(home, 'bin/dpkg'), 'exit 1');
  vi.stubEnv('PATH', env.PATH);
  expect(fetch).toThrow('`dpkg ` failed: exit code 1');

  expect(killed.signal).toBe('SIGKILL');
  expect(left).toHaveLength(2);
  expect(readdirSync(cache)).toEqual(['tmp-of-somebody-elsewhere']);
});

test('the cache is apart for each release and architecture, where the user wants it', () => {
  expect(cacheDirectory({ HOME: '/home/a' }, 'bookworm')).toBe(
    `/home/a/.cache/holdfast/parts-v1/bookworm-${process.arch}`,
  );
  expect(cacheDirectory({ HOME: '/home/a', XDG_CACHE_HOME: '/c' }, 'trixie')).toBe(
    `/c/holdfast/parts-v1/trixie-${process.arch}`,
  );
});

test('a cache that is named by a relative path, which apt would look for elsewhere, is the usual one', () => {
  expect(cacheDirectory({ HOME: '/home/a', XDG_CACHE_HOME: 'c' }, 'trixie')).toBe(
    `/home/a/.cache/holdfast/parts-v1/trixie-${process.arch}`,
  );
});

test('the wrapper becomes the program, with its libraries in front and its arguments kept', () => {
  const files = join(home, 'files');
  mkdirSync(join(files, 'usr/lib/x86_64-linux-gnu'), { recursive: true });
  program(join(files, 'usr/sbin/haproxy'), 'echo "$$|$LD_LIBRARY_PATH|$#|$2"');
  const wrapper = program(join(home, 'run'), '');
  writeFileSync(wrapper, wrapperScript(files, files, { name: 'haproxy', isPython: false }));

  const shown = execFileSync('/bin/sh', ['-c', 'echo $$; exec "$0" -f "a b"', wrapper], {
    encoding: 'utf8',
    env: { LD_LIBRARY_PATH: '/mine' },
  });

  const [pid = '', rest = ''] = shown.trim().split('\n');
  expect(rest).toBe(`${pid}|${join(files, 'usr/lib/x86_64-linux-gnu')}:/mine|2|a b`);
});

test('the wrapper runs the program itself where the one on the PATH is a script for an installed one', () => {
  const files = join(home, 'files');
  program(join(files, 'usr/bin/chromium'), 'exit 1');
  program(join(files, 'usr/lib/chromium/chromium'), 'echo "$LD_LIBRARY_PATH|$1"');
  const architecture = join(files, 'usr/lib/x86_64-linux-gnu');
  program(join(architecture, 'pulseaudio/libpulsecommon-16.1.so'), '');
  program(join(architecture, 'perl/base/strict.pm'), '');
  const wrapper = program(join(home, 'run'), '');
  const part = {
    name: 'chromium',
    isPython: false,
    unpacked: 'usr/lib/chromium/chromium',
  } as const;
  writeFileSync(wrapper, wrapperScript(files, files, part));

  const shown = execFileSync(wrapper, ['--version'], { encoding: 'utf8', env: {} });

  expect(shown).toBe(`${architecture}:${join(architecture, 'pulseaudio')}|--version\n`);
});

test('the wrapper of a Python program runs it by the Python that came along', () => {
  const files = join(home, 'files');
  program(join(files, 'usr/bin/python3'), 'echo "$#|$1|$2|$3"');
  program(join(files, 'usr/bin/openstack'), 'exit 1');
  const wrapper = program(join(home, 'run'), '');
  writeFileSync(wrapper, wrapperScript(files, files, { name: 'openstack', isPython: true }));

  const shown = execFileSync(wrapper, ['--os-cloud a'], { encoding: 'utf8' });

  expect(shown).toBe(`3|-I|${join(files, 'usr/bin/openstack')}|--os-cloud a\n`);
});

test('a release that is not out yet has no number', () => {
  const path = join(home, 'os-release');
  writeFileSync(path, 'ID=debian\nVERSION_CODENAME=forky\n');
  expect(readRelease(path)).toEqual({ id: 'debian', codename: 'forky', version: null });
  writeFileSync(path, 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n');
  expect(readRelease(path)).toEqual({ id: 'debian', codename: 'bookworm', version: 12 });
});
