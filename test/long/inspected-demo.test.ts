import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import { systemClock as clock } from '../../src/adapters/system-clock.ts';
import { servingProcesses } from '../../src/demo/serving-processes.ts';
import { startDemoSystem } from '../../src/demo/system.ts';
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
