import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { Stack } from '../../src/up/stack.ts';

test('what fails to start leaves its directory free for the next try', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-stack-'));
  const start = () =>
    Stack.start({
      directory,
      agents: 1,
      apiPort: 0,
      preset: 'local',
      drivers: {},
      logLevel: 'error',
      natsBinary: join(directory, 'no-nats-server'),
      clock: systemClock,
      log: silentLog,
      restart: false,
      output: 'ignore',
    });

  try {
    await expect(start()).rejects.toThrow('no-nats-server');
    await expect(start()).rejects.toThrow('no-nats-server');
  } finally {
    await rm(directory, { recursive: true });
  }
});
