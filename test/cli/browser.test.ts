import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openInBrowser } from '../../src/cli/browser.ts';
import { eventually } from '../real/support/eventually.ts';

const url = 'http://127.0.0.1:9877/inspector/hosted?a=1&b=2';
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hf-browser-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** A program in a directory of its own, which writes what it is given into a file. */
async function program(name: string): Promise<{ path: string; given: () => Promise<string> }> {
  const file = join(directory, `${name}.given`);
  const script = join(directory, name);
  await writeFile(script, `#!/bin/sh\nprintf '%s|' "$@" > '${file}'\n`);
  await chmod(script, 0o755);
  return { path: directory, given: () => readFile(file, 'utf8').catch(() => '') };
}

test.each([
  { platform: 'linux', name: 'xdg-open', screen: { DISPLAY: ':0' } },
  { platform: 'linux', name: 'xdg-open', screen: { WAYLAND_DISPLAY: 'wayland-0' } },
  { platform: 'darwin', name: 'open', screen: {} },
] as const)(
  '$name of $platform is given the address as it is',
  async ({ platform, name, screen }) => {
    const { path, given } = await program(name);
    const env = { PATH: path, ...screen };

    expect(await openInBrowser(url, { env, platform })).toBe(true);

    await eventually('the program has it', async () => (await given()) === `${url}|`);
  },
);

test('nothing is opened where there is no screen, or no program for it', async () => {
  const { path } = await program('xdg-open');

  const noScreen = await openInBrowser(url, { env: { PATH: path }, platform: 'linux' });
  const env = { PATH: join(directory, 'nothing'), DISPLAY: ':0' };
  const noProgram = await openInBrowser(url, { env, platform: 'linux' });

  expect([noScreen, noProgram]).toEqual([false, false]);
});
