import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { natsServerConfig } from '../../src/nats-server/config.ts';
import { newUserKey } from '../../src/nats-server/keys.ts';
import { type NatsServerProcess, startNatsServer } from '../../src/nats-server/process.ts';
import { waitForServer } from '../../src/nats-server/wait-for-server.ts';
import { parseNatsServerVersion } from '../../src/nats-server/version.ts';
import { natsBinary } from '../adapters/nats-binary.ts';
import { until } from '../adapters/until.ts';

let directory: string;
let started: NatsServerProcess[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-server-'));
  started = [];
});

afterEach(async () => {
  for (const server of started) await server.stop();
  await rm(directory, { recursive: true });
});

const users = {
  controllerKey: newUserKey().publicKey,
  operatorKey: newUserKey().publicKey,
  agents: [{ id: 'a', key: newUserKey().publicKey }],
};

async function start(options: { port?: number } = {}): Promise<NatsServerProcess> {
  const server = await startNatsServer({
    binary: natsBinary(),
    directory,
    users,
    clock: systemClock,
    log: silentLog,
    ...options,
  });
  started.push(server);
  return server;
}

const answers = (port: number): Promise<boolean> =>
  waitForServer(systemClock, { host: '127.0.0.1', port, timeoutMs: 1, ended: () => false });

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('starts, restarts on the same port with another process, and stops', async () => {
  const server = await start();
  const [port, pid] = [server.port, server.pid()];
  expect(await answers(port)).toBe(true);
  expect(Number(await readFile(join(directory, 'nats-server.pid'), 'utf8'))).toBe(pid);
  const ended = server.ended();
  await server.restart('SIGKILL');
  expect(await ended).toBe('SIGKILL');
  expect(server.port).toBe(port);
  expect(server.pid()).not.toBe(pid);
  expect(await answers(port)).toBe(true);
  await server.stop();
  expect(isRunning(pid)).toBe(false);
  expect(await answers(port)).toBe(false);
});

test('keeps its configuration to itself', async () => {
  await start();
  expect((await stat(join(directory, 'nats-server.conf'))).mode & 0o777).toBe(0o600);
});

test('says why it did not start', async () => {
  const taken: Server = createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(start({ port })).rejects.toThrow('address already in use');
  taken.close();
});

test('ends the server that a killed process left in the directory', async () => {
  const first = await start();
  const leftOver = first.pid();
  const second = await start();
  expect(isRunning(leftOver)).toBe(false);
  expect(second.pid()).not.toBe(leftOver);
});

test('leaves a stranger alone whose pid is in an old pid file', async () => {
  const stranger: ChildProcess = spawn('sleep', ['60']);
  await writeFile(join(directory, 'nats-server.pid'), `${stranger.pid}\n`);
  await start();
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  stranger.kill('SIGKILL');
  await once(stranger, 'exit');
});

test('dies with the process that started it, even when that is killed', async () => {
  const script = join(import.meta.dirname, 'fixtures', 'server-owner.ts');
  const owner = spawn(process.execPath, ['--import', 'tsx', script, natsBinary(), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = (await once(owner.stdout, 'data')) as [Buffer];
  const pid = Number(output.toString());
  expect(isRunning(pid)).toBe(true);
  owner.kill('SIGKILL');
  await until('the server is gone', () => !isRunning(pid));
});

test('is configured with what its version knows', () => {
  const config = (version: string) =>
    natsServerConfig({
      version: parseNatsServerVersion(`nats-server: v${version}`),
      port: 4222,
      serverName: 'x',
      storeDir: '/a "quoted" path',
      pidFile: '/pid',
      logFile: '/log',
      ...users,
    });
  expect(config('2.9.10')).not.toContain('sync_interval');
  expect(config('2.10.27')).toContain('sync_interval: always');
  expect(config('2.10.27')).toContain('store_dir: "/a \\"quoted\\" path"');
});

test('refuses what is no public key, without repeating it', async () => {
  const { seed } = newUserKey();
  const wrong = startNatsServer({
    binary: natsBinary(),
    directory,
    users: { ...users, controllerKey: seed },
    clock: systemClock,
    log: silentLog,
  });
  const error = await wrong.then(
    () => new Error('started'),
    (reason: Error) => reason,
  );
  expect(error.message).toContain('is no public nkey of a user');
  expect(error.message).not.toContain(seed.slice(2));
});
