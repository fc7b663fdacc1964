import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import { systemClock as clock } from '../../src/adapters/system-clock.ts';
import { endServingProcesses, servingProcesses } from '../../src/demo/serving-processes.ts';
import { startDemoSystem } from '../../src/demo/system.ts';
import { says, startCli } from '../cli/run-cli.ts';
import { eventually } from '../real/support/eventually.ts';

test('a system to look at works beside another one, and leaves nothing behind', async () => {
  const { signal } = new AbortController();
  const parts = { clock, log: silentLog, signal };
  const systems = [await startDemoSystem(parts), await startDemoSystem(parts)];

  for (const { directory } of systems) {
    await eventually(`all in ${directory} are served`, async () => {
      return (await servingProcesses(`${directory}/host/haproxy`)).length >= 12;
    });
  }
  for (const system of systems) await system.close();

  for (const { directory } of systems) {
    expect(await servingProcesses(directory)).toEqual([]);
    expect(existsSync(directory)).toBe(false);
  }
});

test('one whose terminal is closed leaves nothing behind', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'hfi-'));
  const inspect = startCli(['inspect', '--demo', '--port', '0'], {
    environment: { TMPDIR: directory },
  });
  try {
    await says(inspect, 'Ctrl-C stops it.');

    inspect.child.kill('SIGHUP');

    expect(await inspect.ended).toMatchObject({ status: 0 });
    expect(await servingProcesses(directory)).toEqual([]);
    const left = await readdir(directory);
    expect(left.filter((name) => name.startsWith('holdfast'))).toEqual([]);
  } finally {
    inspect.child.kill('SIGKILL');
    await endServingProcesses(directory, clock);
    await rm(directory, { recursive: true, force: true });
  }
});
