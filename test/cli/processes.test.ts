import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { freePort } from '../../src/nats-server/free-port.ts';
import { newUserKey } from '../../src/nats-server/keys.ts';
import { runCli, startCli } from './run-cli.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hf-cli-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** A configuration with a NATS server that does not answer. */
async function configFile(name: string, sections: Record<string, object> = {}): Promise<string> {
  const file = join(directory, `${name}.yaml`);
  const { agent, ...others } = sections;
  const config = {
    log: { level: 'info' },
    nats: { servers: [`nats://127.0.0.1:${await freePort()}`] },
    ...others,
    agent: { id: name, stateDir: join(directory, name), drivers: { memory: {} }, ...agent },
  };
  await writeFile(file, stringify(config));
  return file;
}

/** Resolves when the process has logged that it waits for NATS. */
function waitsForNats(stderr: NodeJS.ReadableStream | null): Promise<void> {
  return new Promise((resolve) => {
    stderr?.on('data', (text: Buffer) => {
      if (text.toString('utf8').includes('Waiting for NATS')) resolve();
    });
  });
}

describe.each(['agent', 'controller'])('%s that waits for NATS', (command) => {
  test('ends at the first signal', async () => {
    const { child, ended } = startCli([command, '--config', await configFile(`${command}-signal`)]);
    await waitsForNats(child.stderr);

    child.kill('SIGTERM');

    expect((await ended).status).toBe(0);
  });

  test('ends with the process that started it', async () => {
    const args = [command, '--config', await configFile(`${command}-parent`)];
    const { child, ended } = startCli(args, { channel: true });
    await waitsForNats(child.stderr);

    child.disconnect();

    expect((await ended).status).toBe(0);
  });

  test('ends also when that is gone before it could look', async () => {
    const args = [command, '--config', await configFile(`${command}-orphan`)];
    const { child, ended } = startCli(args, { channel: true });

    child.disconnect();

    expect((await ended).status).toBe(0);
  });
});

test('a demo without a NATS server says what is missing', async () => {
  const environment = { HOLDFAST_NATS_SERVER: '/nowhere/nats-server', TMPDIR: directory };

  const { status, stderr } = await runCli(['demo'], { environment });

  expect(status).toBe(1);
  expect(stderr).toContain("holdfast: /nowhere/nats-server can't be used as NATS server");
  expect(stderr).not.toMatch(/^\s+at /m);
});

describe('an agent that can not start says why and ends, also under a parent:', () => {
  const why = async (name: string, sections: Record<string, object>) => {
    const args = ['agent', '--config', await configFile(name, sections)];
    const { status, stderr } = await runCli(args, { channel: true });
    expect(status).toBe(1);
    expect(stderr).not.toMatch(/^\s+at /m);
    return stderr;
  };

  test('an unknown driver', async () => {
    const stderr = await why('driver', { agent: { drivers: { hadproxy: {} } } });

    expect(stderr).toContain('agent.drivers.hadproxy: there is no such driver; known: ');
    expect(stderr).toContain('haproxy');
  });

  test('a wrong option of a driver', async () => {
    const drivers = { haproxy: { statusPollMs: 'often' } };

    const stderr = await why('option', { agent: { drivers } });

    expect(stderr).toContain('agent.drivers.haproxy: wrong options of the haproxy driver');
    expect(stderr).toContain('statusPollMs');
  });

  test('a key that others may read, whose secret is not told', async () => {
    const { seed } = newUserKey();
    const seedFile = join(directory, 'open.seed');
    await writeFile(seedFile, seed);
    await chmod(seedFile, 0o644);

    const stderr = await why('key', { nats: { seedFile } });

    expect(stderr).toContain(`nats.seedFile: ${seedFile} holds a secret key and has mode 644`);
    expect(stderr).not.toContain(seed);
  });

  test('another one with the same id and directory', async () => {
    const file = await configFile('twin');
    const first = startCli(['agent', '--config', file]);
    await waitsForNats(first.child.stderr);

    const second = await runCli(['agent', '--config', file]);

    expect(second.status).toBe(1);
    expect(second.stderr).toContain('agent twin runs already with the directory');
    first.child.kill('SIGTERM');
    await first.ended;
  });
});
