import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/load.ts';
import { operatorConfig } from '../../src/processes/watcher.ts';

let directory: string;
beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'holdfast-watcher-'))));
afterEach(() => rm(directory, { recursive: true }));

test('the system of up is found by its directory, with the key of its operator', async () => {
  await mkdir(join(directory, 'keys'));
  const controller = 'preset: local\nnats: { servers: ["nats://127.0.0.1:41222"], seedFile: x }\n';
  await writeFile(join(directory, 'controller.yaml'), controller);

  const { nats, preset } = await operatorConfig({ config: null, directory });

  expect(preset).toBe('local');
  expect(nats).toMatchObject({
    servers: ['nats://127.0.0.1:41222'],
    seedFile: join(directory, 'keys', 'operator.seed'),
  });
});

test('any other system is found by a configuration', async () => {
  const file = join(directory, 'operator.yaml');
  await writeFile(file, 'nats: { servers: ["nats://192.0.2.1:4222"], seedFile: operator.seed }\n');

  const { nats } = await operatorConfig({ config: file, directory: '/nowhere' });

  expect(nats.servers).toEqual(['nats://192.0.2.1:4222']);
});

test('where there is none, it is said how to have one', async () => {
  const config = operatorConfig({ config: null, directory });

  await expect(config).rejects.toThrow(ConfigError);
  await expect(config).rejects.toThrow(/no system in .*npm run up.*--config/s);
});
